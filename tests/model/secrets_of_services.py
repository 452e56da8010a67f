"""Secrets as services issue them, the ways in which people write them down, and where."""

from __future__ import annotations

import base64
import json
import string
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

_LETTERS = string.ascii_letters
_MIXED = string.ascii_letters + string.digits
_LOWER = string.ascii_lowercase + string.digits
_UPPER = string.ascii_uppercase + string.digits
_BASE32 = string.ascii_uppercase + "234567"
_HEX = "0123456789abcdef"
_URL_SAFE = _MIXED + "-_"


def _of(characters: str, length: int, prefix: str = "") -> Callable[[Random], str]:
    return lambda chance: prefix + "".join(chance.choices(characters, k=length))


def _jwt(chance: Random) -> str:
    head = base64.urlsafe_b64encode(b'{"alg":"HS256","typ":"JWT"}').decode().rstrip("=")
    return f"{head}.{_of(_URL_SAFE, 60)(chance)}.{_of(_URL_SAFE, 43)(chance)}"


def _uuid(chance: Random) -> str:
    return "-".join(_of(_HEX, n)(chance) for n in (8, 4, 4, 4, 12))


def _base64(chance: Random) -> str:
    return base64.b64encode(chance.randbytes(32)).decode()


SERVICES: dict[str, Callable[[Random], str]] = {
    "Alibaba Cloud AccessKey ID": _of(_MIXED, 20, "LTAI5t"),
    "Alibaba Cloud AccessKey secret": _of(_MIXED, 30),
    "Alibaba Cloud STS AccessKey ID": _of(_MIXED, 24, "STS.NU"),
    "Alibaba Cloud security token": _of(_MIXED + "+/", 120, "CAIS"),
    "DashScope": _of(_HEX, 32, "sk-"),
    "Tencent Cloud": _of(_MIXED, 32, "AKID"),
    "Volcengine": _of(_MIXED, 40, "AKLT"),
    "AWS access key ID": _of(_UPPER, 16, "AKIA"),
    "AWS secret access key": _of(_MIXED + "+/", 40),
    "Google API": _of(_URL_SAFE, 35, "AIza"),
    "Google OAuth": _of(_URL_SAFE, 28, "GOCSPX-"),
    "OpenAI": _of(_MIXED, 48, "sk-proj-"),
    "Anthropic": _of(_URL_SAFE, 90, "sk-ant-api03-"),
    "OpenRouter": _of(_HEX, 64, "sk-or-v1-"),
    "Hugging Face": _of(_LETTERS, 34, "hf_"),
    "ModelScope": lambda chance: f"ms-{_uuid(chance)}",
    "Weights & Biases": _of(_HEX, 40),
    "Replicate": _of(_MIXED, 37, "r8_"),
    "Groq": _of(_MIXED, 52, "gsk_"),
    "NVIDIA NGC": _of(_URL_SAFE, 64, "nvapi-"),
    "GitHub": _of(_MIXED, 36, "ghp_"),
    "GitHub, fine-grained": _of(_MIXED, 59, "github_pat_11ABCDEFG0_"),
    "GitLab": _of(_URL_SAFE, 20, "glpat-"),
    "npm": _of(_MIXED, 36, "npm_"),
    "PyPI": _of(_URL_SAFE, 150, "pypi-AgEIcHlwaS5vcmc"),
    "Docker Hub": _of(_MIXED, 27, "dckr_pat_"),
    "Slack": lambda chance: f"xoxb-{_of(string.digits, 12)(chance)}-{_of(_MIXED, 24)(chance)}",
    "Stripe": _of(_MIXED, 24, "sk_live_"),
    "SendGrid": lambda chance: f"SG.{_of(_MIXED, 22)(chance)}.{_of(_MIXED, 43)(chance)}",
    "DigitalOcean": _of(_HEX, 64, "dop_v1_"),
    "Databricks": _of(_HEX, 32, "dapi"),
    "HashiCorp Vault": _of(_MIXED, 90, "hvs."),
    "Telegram": lambda chance: f"{_of(string.digits, 10)(chance)}:AA{_of(_URL_SAFE, 33)(chance)}",
    "a time-based one-time password": _of(_BASE32, 32),
    "32 hexadecimal digits": _of(_HEX, 32),
    "64 hexadecimal digits": _of(_HEX, 64),
    "a JSON Web Token": _jwt,
    "base64 of 32 bytes": _base64,
}

PEM = (
    "-----BEGIN {0} PRIVATE KEY-----\n{1}\n{1}\n-----END {0} PRIVATE KEY-----",
    "-----BEGIN PGP PRIVATE KEY BLOCK-----\n\n{1}\n{1}\n",
)

NAMES_OF_CREDENTIALS = (
    "password", "PassWord", "db_passwd", "PWD", "mysql.pwd", "passphrase", "clientSecret",
    "security-token", "accessKey", "ACCESS_KEY_ID", "accesskeysecret", "ak", "oss.sk", "ossAk",
    "OSS_SK", "credential", "auth", "JupyterServerAuth", "authorization", "signature",
    "private_key", "apiKey", "x-api-key", "apikey", "OPENAI_KEY", "openaikey", "hfKey", "WANDB-KEY",
    "session", "JSESSIONID_COOKIE", "-opasswd", "-oak", "ｐａｓｓｗｏｒｄ", "pass\u200bword",
    "密码", "数据库密码", "私钥", "口令", "访问密钥", "访问令牌", "密碼",
    "contraseña", "mot-de-passe", "пароль",
)  # fmt: skip
HARMLESS_NAMES = (
    "author", "authority", "tokenizer", "monkey", "task", "disk", "break", "keyboard", "speak",
    "compass", "passenger", "design", "fs.oss.download.thread.concurrency", "fs.jindo.args",
    "SSHPublicKey", "oattr_timeout", "MountAccess", "unauthorized", "RequestId", "stsTokenOwner",
    "token_type", "primary_key", "key", "Value", "项目", "团队",
)  # fmt: skip


def options(**values: Any) -> str:
    """Mount options with these in them."""
    return json.dumps({"fs.oss.download.thread.concurrency": "10", **values}, ensure_ascii=False)


# Ways to write a secret with something that gives it away, in a text.
DIALECTS: dict[str, str] = {
    "a variable": "OPENAI_KEY={0}",
    "an assignment": "access key = {0}",
    "shell": "export DB_PASSWORD='{0}'",
    "an option": "docker login --password {0} failed",
    "an option with =": "run --api-key={0} --verbose",
    "JSON": '{{"user": "me", "password": "{0}"}}',
    "escaped JSON": '{{\\"password\\":\\"{0}\\"}}',
    "Python": "{{'secret_key': '{0}'}}",
    "YAML": "user: me\npassword: {0}\nhost: db",
    "a block of YAML": "user: me\npassword: |\n  {0}\n  more\n",
    "a folded block of YAML": "password: >-\n    {0}\n",
    "YAML on the next line": "secret:\n  {0}\n",
    "XML": "<Error><SecurityToken>{0}</SecurityToken></Error>",
    "an XML attribute": '<user name="me" password="{0}"/>',
    "a header": "Authorization: Basic {0}",
    "a bearer": "sent Authorization: Bearer {0} in vain",
    "a cookie": "Cookie: session={0}; x=1",
    "a query": 'Get "https://registry/v2/?Signature={0}&x=1": denied',
    "a URL's userinfo": "cannot mount oss://id:{0}@bucket/ for you",
    "a login": "pull user:{0}@registry.cn-shanghai.aliyuncs.com/pai/tf:1",
    "CIFS": "vers=3.0,password={0},uid=0",
    "prose": "the password is {0}",
    "prose with quotes": "the password was '{0}' here",
    "prose with brackets": "server StringToSign is [GET {0}] here",
    "spaces": "password" + " " * 300 + ":" + " " * 300 + "{0}",
    "Chinese": "密码是{0}，请修改",
    "Chinese with a colon": "登录密码：{0}",
    "Chinese with spaces": "口令 为 {0}",
    "a private key in Chinese": "私钥:{0}",
    "traditional Chinese": "密碼：{0}",
    "a pair in JSON": '{{"key": "password", "val": "{0}"}}',
    "a pair in XML": '<add key="password" value="{0}"/>',
    "curl": "curl -u me:{0} https://x.y/ failed",
    "CIFS with a percent sign": "vers=3.0,user=me%{0},uid=0",
    "French": "mot de passe : {0}",
    "German": "Passwort: {0}",
    "Spanish": "contraseña: {0}",
    "Russian": "пароль: {0}",
}

MESSAGES = (
    "ReasonMessage",
    "Message",
    "LatestSnapshot.ReasonMessage",
    "InstanceSnapshotList[].ReasonMessage",
    "UserVpc.ForwardInfos[].ConnectInfo.Message",
)


def image_auth(password: str, user: str = "aliyun") -> str:
    """What `ImageAuth` is of a user and a password."""
    return base64.b64encode(f"{user}:{password}".encode()).decode()


USER = "CredentialConfig.Configs[].Roles[].UserInfo"
# Where any secret goes, whatever it looks like: the element, and its value made of the secret.
ALWAYS: tuple[tuple[str, Callable[[str], Any]], ...] = (
    ("ServiceConfig.JupyterServerPassword", str),
    ("ServiceConfig.JupyterServerAuth", str),
    ("ServiceConfig.CodeServerPassword", str),
    ("ServiceConfig.CodeServerAuth", str),
    (f"{USER}.SecurityToken", str),
    (f"{USER}.AccessKeyId", str),
    ("ImageAuth", str),
    ("ImageAuth", image_auth),
    ("EnvironmentVariables", lambda s: {"ANYTHING": s, "B": [s], "C": {"d": s}}),
    ("Datasets[].Options", lambda s: f"{s} and more"),
    ("Datasets[].Options", lambda s: options(**{"fs.oss.accessKeySecret": s})),
    ("Datasets[].Options", lambda s: options(unknown=s)),
    ("Datasets[].Options", lambda s: options(deep=[{"more": {"Pass-Word": s}}])),
    ("Datasets[].Options", lambda s: options(**{"fs.jindo.args": f"-oro -opasswd={s} -orw"})),
    ("Datasets[].Options", lambda s: options(**{"fs.jindo.args": f"-oak={s}"})),
    ("Datasets[].Options", lambda s: options(args=["--password", s])),
    ("Datasets[].Options", lambda s: options(OPENAI_KEY=s)),
    ("Datasets[].Options", lambda s: options(inner=options(token=s))),
    ("Datasets[].Options", lambda s: f'{{"password": {json.dumps(s)}, "password": ""}}'),
    ("Datasets[].Options", lambda s: f'{{"password": {json.dumps(s)}'),
    ("DynamicMount.MountPoints[].Options", lambda s: options(secretKey=s)),
    ("Labels", lambda s: [{"Key": "OPENAI_KEY", "Value": s}]),
    ("Labels", lambda s: [{"Value": s, "Key": "数据库密码"}]),
    ("Tags", lambda s: [{"TagKey": "API-KEY", "TagValue": s}]),
    ("MigrationOptions", lambda s: {"a": [{"credentials": {"x": s}}]}),
    ("MigrationOptions", lambda s: {"a": [{"Name": "ak", "Value": s}], "sk": [s]}),
    ("MigrationOptions", lambda s: {"key": "password", "val": s}),
    ("MigrationOptions", lambda s: {"args": ["--password", s], "more": ["-p", "password", s]}),
    ("AccessRestrictionRules", lambda s: {"cookie": s}),
    ("CredentialConfig.Configs[].Roles[].Policy", lambda s: options(AccessKeySecret=s)),
)
# Where a secret goes because of what it looks like.
BY_ITS_LOOKS: tuple[tuple[str, Callable[[str], Any]], ...] = (
    ("Labels", lambda s: [{"Key": "note", "Value": s}]),
    ("Tags", lambda s: [{"TagKey": "note", "TagValue": s}]),
    ("Labels", lambda s: [{"Key": "stsTokenOwner", "Value": s}]),
    ("MigrationOptions", lambda s: {"a": [s, {"b": s}]}),
    ("AccessRestrictionRules", lambda s: {"a": s}),
    ("CredentialConfig.Configs[].Roles[].Policy", lambda s: options(a=s)),
    ("Datasets[].Options", lambda s: options(**{"fs.oss.endpoint": s})),
    ("EnvironmentVariables", lambda s: {s: "x"}),
    ("MigrationOptions", lambda s: {s: 1}),
    ("Datasets[].DatasetId", str),
    ("Datasets[].OptionType", str),
    ("Datasets[].DatasetVersion", str),
    ("UserVpc.VpcId", str),
    ("UserVpc.DefaultRoute", str),
    ("UserVpc.Ip", str),
    ("UserVpc.ExtendedCIDRs", lambda s: [s]),
    ("RequestedResource.Memory", str),
    ("PaymentType", str),
    ("ReasonCode", str),
    ("InstanceUrl", lambda s: f"https://dsw.data.aliyun.com/notebook.htm?x={s}#/"),
    ("JupyterlabUrl", lambda s: f"https://dsw-gateway.aliyun.com/lab/#{s}"),
    ("WebIDEUrl", lambda s: f"https://user:{s}@dsw-gateway.aliyun.com/ide/"),
    ("TerminalUrl", lambda s: f"https://{s}@dsw-gateway.aliyun.com/tty/"),
    ("ImageUrl", lambda s: f"user:{s}@registry.cn-shanghai.aliyuncs.com/pai/tf:1"),
    ("ImageUrl", lambda s: f"registry.cn-shanghai.aliyuncs.com/pai/tf:1?auth={s}"),
    ("Datasets[].Uri", lambda s: f"oss://id:{s}@bucket.oss-cn-shanghai.aliyuncs.com/data/"),
    ("Datasets[].Uri", lambda s: f"oss://bucket/data/?security-token={s}"),
    ("InstanceSnapshotList[].RepositoryUrl", lambda s: f"https://cr.aliyun.com/?t={s}"),
    ("UserVpc.ForwardInfos[].SSHPublicKey", lambda s: f"{s}\n{s}"),
)
