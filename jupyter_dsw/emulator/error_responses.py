"""The gateway's errors: their codes, HTTP statuses and words.

Codes and statuses are those of the official lists of common error codes ("Client errors" of the
OpenAPI products); the words of the wrong signature and of the missing workspace role are as seen
live.
"""

from __future__ import annotations

RETRY_AFTER_MS = 30_000
"""What a throttled answer asks for in ``x-acs-retry-after`` (milliseconds)."""


class Refusal(Exception):
    """An answer that is an error: HTTP `status`, gateway `code` and `message`, extra `headers`."""

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


def missing_parameter(name: str) -> Refusal:
    """Refuse a request without one of the common parameters."""
    return Refusal(400, f"Missing{name}", f"{name} is mandatory for this action.")


def incomplete_signature() -> Refusal:
    """Refuse a request whose Authorization header is not there or cannot be read."""
    message = "The request signature does not conform to Aliyun standards."
    return Refusal(400, "IncompleteSignature", message)


def unknown_action() -> Refusal:
    """Refuse another path, action or version than GetInstance's."""
    message = "Specified api is not found, please check your url and method."
    return Refusal(404, "InvalidAction.NotFound", message)


def unsupported_method() -> Refusal:
    """Refuse another HTTP method than GET."""
    return Refusal(400, "UnsupportedHTTPMethod", "Specified http method is not supported.")


def malformed_date() -> Refusal:
    """Refuse an ``x-acs-date`` that is not of the form 2023-10-26T10:22:32Z."""
    message = "Specified time stamp or date value is not well formatted."
    return Refusal(400, "InvalidTimeStamp.Format", message)


def stale_date() -> Refusal:
    """Refuse an ``x-acs-date`` too far from the endpoint's clock."""
    message = "Specified time stamp or date value is expired."
    return Refusal(400, "InvalidTimeStamp.Expired", message)


def unknown_access_key() -> Refusal:
    """Refuse an access key id that was never handed out."""
    message = "Specified access key is not found or invalid."
    return Refusal(404, "InvalidAccessKeyId.NotFound", message)


def missing_security_token() -> Refusal:
    """Refuse a role's access key that comes without its security token."""
    return missing_parameter("SecurityToken")


def foreign_security_token() -> Refusal:
    """Refuse a security token that does not belong to the access key."""
    message = "Specified SecurityToken mismatch with the AccessKey."
    return Refusal(400, "InvalidSecurityToken.MismatchWithAccessKey", message)


def expired_security_token() -> Refusal:
    """Refuse a security token whose time is over."""
    return Refusal(400, "InvalidSecurityToken.Expired", "Specified SecurityToken is expired.")


def wrong_signature(string_to_sign: str, canonical_request: str) -> Refusal:
    """Refuse a wrong signature, quoting (as the gateway does) all that should have been signed."""
    message = (
        "Specified signature does not match our calculation. "
        f"server StringToSign is [{string_to_sign}] "
        f"server CanonicalRequest is [{canonical_request}]"
    )
    return Refusal(400, "SignatureDoesNotMatch", message)


def reused_nonce() -> Refusal:
    """Refuse a nonce that came before."""
    return Refusal(400, "SignatureNonceUsed", "Specified signature nonce was used already.")


def no_permission(account: str, workspace: str, region: str) -> Refusal:
    """Refuse for want of a workspace role: DSW's words, which name the workspace."""
    resource = f"acs:paidsw:{region}:{account}:workspace/{workspace}"
    message = f"No permission GetInstance for resource: {resource}"
    return Refusal(403, "NoPermissionError", message)


def no_such_instance(instance_id: str) -> Refusal:
    """Refuse an unknown instance: of DSW's two documented codes the one that fits."""
    return Refusal(404, "ValidationError", f"Instance {instance_id} not found.")


def throttled() -> Refusal:
    """Refuse for now: too many calls of this user."""
    headers = (("x-acs-retry-after", str(RETRY_AFTER_MS)),)
    message = "Request was denied due to user flow control."
    return Refusal(400, "Throttling.User", message, headers)
