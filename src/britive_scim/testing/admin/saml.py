"""SAML of identity providers: upload of metadata, signing certificate (the vendor's package alone tells both)."""

from __future__ import annotations

from email.parser import BytesParser
from email.policy import HTTP
from xml.parsers import expat

from britive_scim.testing.admin.problem import Problem
from britive_scim.testing.admin.request import Call, Routes, answer
from britive_scim.testing.http.certificate import SIGNING_CERTIFICATE, subject_of
from britive_scim.testing.http.messages import Answer, Request

__all__ = ["ROUTES"]


def _certificate(_: Call) -> Answer:
    return Answer(200, {"Content-Type": "text/plain"}, SIGNING_CERTIFICATE.encode())


def _upload(call: Call) -> Answer:
    provider = call.provider()
    if provider.is_default:
        raise Problem.invalid("the default identity provider has no SAML metadata")
    read = _Metadata(_file(call.request))
    if not read.entity:
        raise Problem.invalid("the file is no SAML metadata: it names no entityID")
    metadata = {"entityId": read.entity}
    if read.sso:
        metadata["ssoUrl"] = read.sso
    if read.certificate.strip():
        try:
            metadata["certificateDn"] = subject_of(read.certificate)
        except ValueError as error:
            raise Problem.invalid(f"X509Certificate does not read: {error}") from None
    call.world.state.settings.setdefault("samlMetadata", {})[provider.id] = metadata
    return answer(metadata)


def _file(request: Request) -> bytes:
    """Return the content of the part named `file` of a form.

    Raises:
        Problem: the body is no form, or has no such part.
    """
    kind = request.headers.get("content-type", "")
    head = f"Content-Type: {kind}\r\n\r\n".encode("utf-8", "surrogateescape")
    form = BytesParser(policy=HTTP).parsebytes(head + request.body)
    if kind.lower().startswith("multipart/form-data"):
        for part in form.iter_parts():
            if part.get_param("name", header="content-disposition") == "file":
                content = part.get_payload(decode=True)
                return content if isinstance(content, bytes) else b""
    raise Problem.invalid("the body must be multipart/form-data with a part named file")


class _Metadata:
    """What the metadata of an identity provider says; only what is asked of it is kept.

    Args:
        document: the XML. A document type is refused: nothing needs one, and entities are a trap.

    Raises:
        Problem: it is no XML.
    """

    def __init__(self, document: bytes) -> None:
        self.entity = ""
        self.sso = ""
        self.certificate = ""
        self._done = False
        self._within = False
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.StartDoctypeDeclHandler = self._doctype
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
        try:
            parser.Parse(document, True)
        except expat.ExpatError as error:
            raise Problem.invalid(f"the file is no XML: {error}") from None

    def _doctype(self, *_: object) -> None:
        raise Problem.invalid("the file has a document type, which is not taken")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        local = name.rpartition(" ")[2]
        if local == "EntityDescriptor":
            self.entity = self.entity or attributes.get("entityID", "")
        elif local == "SingleSignOnService":
            self.sso = self.sso or attributes.get("Location", "")
        self._within = local == "X509Certificate" and not self._done

    def _text(self, text: str) -> None:
        if self._within:
            self.certificate += text

    def _end(self, _: str) -> None:
        self._done = self._done or self._within
        self._within = False


ROUTES: Routes = {
    "identity-providers/signing-certificate": {"GET": _certificate},
    "identity-providers/{}/saml-metadata": {"PATCH": _upload},
}
