"""SAML of identity providers: metadata upload, signing certificate (source of both: the vendor's package)."""

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
    parsed = _SamlMetadataParser(_extract_file(request.http_request))
    if not parsed.entity_id:
        raise AdminHttpError.invalid("file must be SAML metadata with an entityID")
    metadata = {"entityId": parsed.entity_id}
    if parsed.sso_url:
        metadata["ssoUrl"] = parsed.sso_url
    if parsed.certificate.strip():
        try:
            metadata["certificateDn"] = parse_subject(parsed.certificate)
        except ValueError as error:
            raise AdminHttpError.invalid(f"X509Certificate is invalid: {error}") from None
    request.context.state.settings.setdefault("samlMetadata", {})[provider.id] = metadata
    return make_json_response(metadata)


def _extract_file(request: TenantRequest) -> bytes:
    """Return the content of the part `file` of a form.

    Raises:
        AdminHttpError: the body is not a form with such a part.
    """
    content_type = request.headers.get("content-type", "")
    header = f"Content-Type: {content_type}\r\n\r\n".encode("utf-8", "surrogateescape")
    form = BytesParser(policy=HTTP).parsebytes(header + request.body)
    if content_type.lower().startswith("multipart/form-data"):
        for part in form.iter_parts():
            if part.get_param("name", header="content-disposition") == "file":
                content = part.get_payload(decode=True)
                return content if isinstance(content, bytes) else b""
    raise AdminHttpError.invalid("the body must be multipart/form-data with a part named file")


class _SamlMetadataParser:
    """Parser of SAML metadata: entity id, SSO URL and certificate.

    Args:
        document: the XML. A document type is rejected, as its entities are an attack vector.

    Raises:
        AdminHttpError: it is not XML, or has a document type.
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
            raise AdminHttpError.invalid(f"file must be XML: {error}") from None

    def _handle_doctype(self, *_: object) -> None:
        raise AdminHttpError.invalid("file must not have a document type")

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
