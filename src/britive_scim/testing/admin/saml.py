"""SAML of identity providers: upload of metadata, signing certificate (the vendor's package alone tells both)."""

from __future__ import annotations

from email.parser import BytesParser
from email.policy import HTTP
from xml.parsers import expat

from britive_scim.testing.admin.problem import AdminHttpError
from britive_scim.testing.admin.request import AdminRequest, Routes, make_json_response
from britive_scim.testing.http.certificate import SIGNING_CERTIFICATE, parse_subject
from britive_scim.testing.http.messages import TenantRequest, TenantResponse

__all__ = ["ROUTES"]


def _get_signing_certificate(_: AdminRequest) -> TenantResponse:
    return TenantResponse(200, {"Content-Type": "text/plain"}, SIGNING_CERTIFICATE.encode())


def _upload_metadata(request: AdminRequest) -> TenantResponse:
    provider = request.get_provider()
    if provider.is_default:
        raise AdminHttpError.invalid("the default identity provider has no SAML metadata")
    read = _SamlMetadataParser(_extract_file(request.http_request))
    if not read.entity_id:
        raise AdminHttpError.invalid("the file is no SAML metadata: it names no entityID")
    metadata = {"entityId": read.entity_id}
    if read.sso_url:
        metadata["ssoUrl"] = read.sso_url
    if read.certificate.strip():
        try:
            metadata["certificateDn"] = parse_subject(read.certificate)
        except ValueError as error:
            raise AdminHttpError.invalid(f"X509Certificate does not read: {error}") from None
    request.context.state.settings.setdefault("samlMetadata", {})[provider.id] = metadata
    return make_json_response(metadata)


def _extract_file(request: TenantRequest) -> bytes:
    """Return the content of the part named `file` of a form.

    Raises:
        AdminHttpError: the body is no form, or has no such part.
    """
    kind = request.headers.get("content-type", "")
    head = f"Content-Type: {kind}\r\n\r\n".encode("utf-8", "surrogateescape")
    form = BytesParser(policy=HTTP).parsebytes(head + request.body)
    if kind.lower().startswith("multipart/form-data"):
        for part in form.iter_parts():
            if part.get_param("name", header="content-disposition") == "file":
                content = part.get_payload(decode=True)
                return content if isinstance(content, bytes) else b""
    raise AdminHttpError.invalid("the body must be multipart/form-data with a part named file")


class _SamlMetadataParser:
    """What the metadata of an identity provider says; only what is asked of it is kept.

    Args:
        document: the XML. A document type is refused: nothing needs one, and entities are a trap.

    Raises:
        AdminHttpError: it is no XML.
    """

    def __init__(self, document: bytes) -> None:
        self.entity_id = ""
        self.sso_url = ""
        self.certificate = ""
        self._has_certificate = False
        self._is_in_certificate = False
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.StartDoctypeDeclHandler = self._handle_doctype
        parser.StartElementHandler = self._handle_start
        parser.EndElementHandler = self._handle_end
        parser.CharacterDataHandler = self._handle_characters
        try:
            parser.Parse(document, True)
        except expat.ExpatError as error:
            raise AdminHttpError.invalid(f"the file is no XML: {error}") from None

    def _handle_doctype(self, *_: object) -> None:
        raise AdminHttpError.invalid("the file has a document type, which is not taken")

    def _handle_start(self, name: str, attributes: dict[str, str]) -> None:
        local = name.rpartition(" ")[2]
        if local == "EntityDescriptor":
            self.entity_id = self.entity_id or attributes.get("entityID", "")
        elif local == "SingleSignOnService":
            self.sso_url = self.sso_url or attributes.get("Location", "")
        self._is_in_certificate = local == "X509Certificate" and not self._has_certificate

    def _handle_characters(self, data: str) -> None:
        if self._is_in_certificate:
            self.certificate += data

    def _handle_end(self, _: str) -> None:
        self._has_certificate = self._has_certificate or self._is_in_certificate
        self._is_in_certificate = False


ROUTES: Routes = {
    "identity-providers/signing-certificate": {"GET": _get_signing_certificate},
    "identity-providers/{}/saml-metadata": {"PATCH": _upload_metadata},
}
