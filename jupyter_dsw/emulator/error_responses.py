"""The gateway's errors: their codes, HTTP statuses and words.

Codes and statuses are those of the official lists of common error codes ("Client errors" of the
OpenAPI products); the words of the wrong signature and of the missing workspace role are as seen
live.
"""

from __future__ import annotations

RETRY_AFTER_MS = 30_000
"""What a throttled response asks for in ``x-acs-retry-after`` (milliseconds)."""


class ErrorResponse(Exception):
    """A response that is an error: HTTP `status`, gateway `code` and `message`, extra `headers`."""

    def __init__(
        self, status: int, code: str, message: str, headers: tuple[tuple[str, str], ...] = ()
    ) -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.message = message
        self.headers = headers

    def body(self, request_id: str, host: str) -> dict[str, str]:
        """Return the gateway's JSON body for this error."""
        recommend = f"https://api.aliyun.com/troubleshoot?q={self.code}&product=pai-dsw"
        return {
            "RequestId": request_id,
            "HostId": host,
            "Code": self.code,
            "Message": self.message,
            "Recommend": f"{recommend}&requestId={request_id}",
        }


def missing_parameter(name: str) -> ErrorResponse:
    """Refuse a request without one of the common parameters."""
    return ErrorResponse(400, f"Missing{name}", f"{name} is mandatory for this action.")


def incomplete_signature() -> ErrorResponse:
    """Refuse a request whose Authorization header is not there or cannot be read."""
    message = "The request signature does not conform to Aliyun standards."
    return ErrorResponse(400, "IncompleteSignature", message)


def unknown_action() -> ErrorResponse:
    """Refuse another path, action or version than GetInstance's."""
    message = "Specified api is not found, please check your url and method."
    return ErrorResponse(404, "InvalidAction.NotFound", message)


def unsupported_method() -> ErrorResponse:
    """Refuse another HTTP method than GET."""
    return ErrorResponse(400, "UnsupportedHTTPMethod", "Specified http method is not supported.")


def malformed_date() -> ErrorResponse:
    """Refuse an ``x-acs-date`` that is not of the form 2023-10-26T10:22:32Z."""
    message = "Specified time stamp or date value is not well formatted."
    return ErrorResponse(400, "InvalidTimeStamp.Format", message)


def stale_date() -> ErrorResponse:
    """Refuse an ``x-acs-date`` too far from the endpoint's clock."""
    message = "Specified time stamp or date value is expired."
    return ErrorResponse(400, "InvalidTimeStamp.Expired", message)


def unknown_access_key() -> ErrorResponse:
    """Refuse an access key id that was never handed out."""
    message = "Specified access key is not found or invalid."
    return ErrorResponse(404, "InvalidAccessKeyId.NotFound", message)


def missing_security_token() -> ErrorResponse:
    """Refuse a role's access key that comes without its security token."""
    return missing_parameter("SecurityToken")


def foreign_security_token() -> ErrorResponse:
    """Refuse a security token that does not belong to the access key."""
    message = "Specified SecurityToken mismatch with the AccessKey."
    return ErrorResponse(400, "InvalidSecurityToken.MismatchWithAccessKey", message)


def expired_security_token() -> ErrorResponse:
    """Refuse a security token whose time is over."""
    return ErrorResponse(400, "InvalidSecurityToken.Expired", "Specified SecurityToken is expired.")


def wrong_signature(string_to_sign: str, canonical_request: str) -> ErrorResponse:
    """Refuse a wrong signature, quoting (as the gateway does) all that should have been signed."""
    message = (
        "Specified signature does not match our calculation. "
        f"server StringToSign is [{string_to_sign}] "
        f"server CanonicalRequest is [{canonical_request}]"
    )
    return ErrorResponse(400, "SignatureDoesNotMatch", message)


def reused_nonce() -> ErrorResponse:
    """Refuse a nonce that came before."""
    return ErrorResponse(400, "SignatureNonceUsed", "Specified signature nonce was used already.")


def no_permission(account: str, workspace: str, region: str) -> ErrorResponse:
    """Refuse for want of a workspace role: DSW's words, which name the workspace."""
    resource = f"acs:paidsw:{region}:{account}:workspace/{workspace}"
    message = f"No permission GetInstance for resource: {resource}"
    return ErrorResponse(403, "NoPermissionError", message)


def no_such_instance(instance_id: str) -> ErrorResponse:
    """Refuse an unknown instance: of DSW's two documented codes the one that fits."""
    return ErrorResponse(404, "ValidationError", f"Instance {instance_id} not found.")


def throttled() -> ErrorResponse:
    """Refuse for now: too many calls of this user."""
    headers = (("x-acs-retry-after", str(RETRY_AFTER_MS)),)
    message = "Request was denied due to user flow control."
    return ErrorResponse(400, "Throttling.User", message, headers)
