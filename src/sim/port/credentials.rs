//! Who is asking: bearer tokens, service accounts' tokens, nobody; and as whom they ask to be taken.
//!
//! The real thing: staging/src/k8s.io/apiserver/pkg/authentication/{token/tokenfile,request/{bearertoken,anonymous}},
//! pkg/endpoints/filters/{authentication,impersonation}.go.
//! Left out: client certificates, OpenID Connect, webhooks, basic authentication.

use super::{Cluster, csv};
use crate::api::identity::{ANONYMOUS, AUTHENTICATED, Identity, UNAUTHENTICATED};
use crate::api::{Caller, Name, Request, Status};
use crate::control_plane::apiserver::authorization::impersonation::Impersonation;
use crate::control_plane::apiserver::authorization::token;
use crate::control_plane::apiserver::http::{self as codec, unauthorized};
use http::HeaderMap;
use http::header::AUTHORIZATION;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The tokens that the server knows, besides those that it gives to service accounts.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Credentials {
    tokens: BTreeMap<String, User>,
}

/// Someone whose name is known, with all that is known of them.
#[derive(Clone, Debug, PartialEq)]
pub struct User {
    /// The name.
    pub name: Name,
    identity: Arc<Identity>,
}

impl User {
    /// A user of this name in these groups, and in those that the name implies.
    #[must_use]
    pub fn new(name: &str, groups: &[&str]) -> Self {
        let mut identity = Identity::implied(name);
        let more = groups.iter().copied().map(Name::from);
        let mut all: Vec<Name> = more.filter(|g| !identity.is_in(g)).collect();
        all.append(&mut identity.groups);
        identity.groups = all;
        Self {
            name: name.into(),
            identity: Arc::new(identity),
        }
    }

    /// A user in just these groups, besides that of everyone who has said who they are.
    fn listed(name: &str, uid: &str, groups: &[&str]) -> Self {
        let mut groups: Vec<Name> = groups.iter().copied().map(Name::from).collect();
        if !groups
            .iter()
            .any(|g| g == AUTHENTICATED || g == UNAUTHENTICATED)
        {
            groups.push(AUTHENTICATED.into());
        }
        let identity = Identity {
            groups,
            uid: uid.into(),
            ..Identity::default()
        };
        Self {
            name: name.into(),
            identity: Arc::new(identity),
        }
    }

    /// The user as the authorizers see them.
    #[must_use]
    pub fn caller(&self) -> Caller<'_> {
        Caller {
            name: &self.name,
            identity: Cow::Borrowed(&self.identity),
        }
    }

    /// The request in this user's name.
    #[must_use]
    pub fn sign(&self, request: Request) -> Request {
        // What the name says anyway need not be said again, in every recorded request.
        let is_implied = *self.identity == Identity::implied(&self.name);
        Request {
            identity: (!is_implied).then(|| Arc::clone(&self.identity)),
            ..request.by(self.name.clone())
        }
    }

    /// The user that the `Impersonate-…` headers name, if this one may act as them; without such headers, this one.
    pub(super) fn impersonating(
        self,
        headers: &HeaderMap,
        cluster: &Cluster,
    ) -> Result<Self, Status> {
        let asked = impersonation(headers);
        if asked == Impersonation::default() {
            return Ok(self);
        }
        let identity = asked.assume(&self.caller(), cluster.store().head())?;
        Ok(Self {
            name: asked.user.clone(),
            identity: Arc::new(identity),
        })
    }
}

/// The answer to a request that would act as groups of nobody: plain text, as upstream's filter writes it.
pub(super) fn acts_as_nobody(request: &http::Request<Vec<u8>>) -> Option<http::Response<Vec<u8>>> {
    let asked = impersonation(request.headers());
    if asked == Impersonation::default() {
        return None;
    }
    let why = asked.names_nobody()?;
    let path = request.uri().path_and_query();
    let path = path.map_or("/", http::uri::PathAndQuery::as_str);
    let text = format!("Internal Server Error: {path:?}: {why}\n");
    let safe = text.replace('&', "&amp;").replace('<', "&lt;");
    let mut response = codec::text(&safe.replace('>', "&gt;"));
    *response.status_mut() = http::StatusCode::INTERNAL_SERVER_ERROR;
    Some(response)
}

fn impersonation(headers: &HeaderMap) -> Impersonation {
    let mut asked = Impersonation::default();
    for (name, value) in headers {
        let Some(rest) = name.as_str().strip_prefix("impersonate-") else {
            continue;
        };
        // Whoever is meant by bytes that are no text: not the one who sent them.
        let value = String::from_utf8_lossy(value.as_bytes());
        match rest {
            "user" => asked.user = value.into(),
            "uid" => asked.uid = value.into(),
            "group" => asked.groups.push(value.into()),
            extra => {
                if let Some(key) = extra.strip_prefix("extra-") {
                    let values = asked.extra.entry(unescaped(key)).or_default();
                    values.push(value.into_owned());
                }
            }
        }
    }
    asked
}

/// A key with its `%2f`s undone; as it is, if they cannot be.
fn unescaped(key: &str) -> String {
    let mut bytes = Vec::with_capacity(key.len());
    let mut rest = key.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        rest = after;
        if *first != b'%' {
            bytes.push(*first);
            continue;
        }
        let hex = after.get(..2).and_then(|hex| std::str::from_utf8(hex).ok());
        let Some(byte) = hex.and_then(|hex| u8::from_str_radix(hex, 16).ok()) else {
            return key.to_owned();
        };
        bytes.push(byte);
        rest = &after[2..];
    }
    String::from_utf8(bytes).unwrap_or_else(|_| key.to_owned())
}

impl Credentials {
    /// Lets whoever brings this token in as this user.
    #[must_use]
    pub fn with(mut self, token: &str, user: User) -> Self {
        self.tokens.insert(token.to_owned(), user);
        self
    }

    /// Reads a file of kube-apiserver's `--token-auth-file`: `token,user,uid,"group1,group2"`, one to a line; `path` is its name in messages.
    /// Returns warnings too.
    ///
    /// # Errors
    /// What is wrong with which line.
    pub fn read(mut self, path: &str, csv: &str) -> Result<(Self, Vec<String>), String> {
        let mut warnings = Vec::new();
        for (index, record) in csv::records(csv)?.into_iter().enumerate() {
            let [token, name, uid, rest @ ..] = record.as_slice() else {
                let found = record.len();
                return Err(format!(
                    "token file '{path}' must have at least 3 columns (token, user name, user uid), found {found}"
                ));
            };
            let mut warn = |what: &str| {
                let number = index + 1;
                warnings.push(format!(
                    "{what} token has been found in token file '{path}', record number '{number}'"
                ));
            };
            if token.is_empty() {
                warn("empty");
                continue;
            }
            let groups = rest.first().map_or(Vec::new(), |g| g.split(',').collect());
            if self.tokens.contains_key(token) {
                warn("duplicate");
            }
            let user = User::listed(name, uid, &groups);
            self.tokens.insert(token.clone(), user);
        }
        Ok((self, warnings))
    }

    /// Who the headers say is asking; without a bearer's token, the anonymous user.
    pub(super) fn authenticate(
        &self,
        headers: &HeaderMap,
        cluster: &Cluster,
    ) -> Result<User, Status> {
        let value = headers.get(AUTHORIZATION).map(|value| value.to_str());
        let text = value.unwrap_or(Ok("")).map_err(|_| unauthorized())?;
        let mut parts = text.trim().split(' ');
        let (scheme, token) = (parts.next(), parts.next());
        let is_bearer = scheme.is_some_and(|scheme| scheme.eq_ignore_ascii_case("bearer"));
        match token.filter(|token| is_bearer && !token.is_empty()) {
            Some(token) => self.user_of(token, cluster).ok_or_else(unauthorized),
            // Other schemes are nobody's business here.
            None => Ok(User::new(ANONYMOUS, &[])),
        }
    }

    /// Is it a token of the server's own, rather than of a service account?
    pub(super) fn knows(&self, token: &str) -> bool {
        self.tokens.contains_key(token)
    }

    /// The user whose token this is.
    pub(super) fn user_of(&self, token: &str, cluster: &Cluster) -> Option<User> {
        if let Some(user) = self.tokens.get(token) {
            return Some(user.clone());
        }
        let found = token::verify(token, &[], cluster.store().head(), cluster.now_ms()).ok()??;
        Some(User {
            name: found.user,
            identity: Arc::new(found.identity),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn token_files_are_read_as_kube_apiserver_reads_them() {
        let text = "secret,jane,42,\"dev,ops\"\n\nplain,kubernetes-admin,43\n,nobody,1\nplain,jim,44,\"\"\n";
        let (known, warnings) = Credentials::default().read("f", text).expect("a good file");
        let groups = |token: &str| {
            let user = &known.tokens[token];
            let groups = user.identity.groups.iter().map(Name::to_string);
            (user.name.to_string(), groups.collect::<Vec<_>>().join("|"))
        };
        let jane = ("jane".to_owned(), "dev|ops|system:authenticated".to_owned());
        assert_eq!(groups("secret"), jane);
        let jim = ("jim".to_owned(), "|system:authenticated".to_owned());
        assert_eq!(groups("plain"), jim, "the last one counts");
        assert_eq!(known.tokens["secret"].identity.uid, "42");
        let want = [
            "empty token has been found in token file 'f', record number '3'",
            "duplicate token has been found in token file 'f', record number '4'",
        ];
        assert_eq!(warnings, want);
        let admin = "t,kubernetes-admin,43\n";
        let (known, _) = Credentials::default()
            .read("f", admin)
            .expect("a good file");
        let identity = &known.tokens["t"].identity;
        assert_eq!(
            identity.groups,
            ["system:authenticated"],
            "no group by name"
        );
    }

    #[test]
    fn a_bad_token_file_is_refused() {
        for (text, want) in [
            (
                "a,b\n",
                "token file 'f' must have at least 3 columns (token, user name, user uid), found 2",
            ),
            (
                "# people\n",
                "token file 'f' must have at least 3 columns (token, user name, user uid), found 1",
            ),
            (
                "a,b,c,\"d\n",
                "record on line 1; parse error on line 2, column 1: extraneous or missing \" in quoted-field",
            ),
            (
                "a,b,\"c\"d\n",
                "parse error on line 1, column 7: extraneous or missing \" in quoted-field",
            ),
            (
                "a,b,c\na,b\"c,d\n",
                "parse error on line 2, column 4: bare \" in non-quoted field",
            ),
        ] {
            let said = Credentials::default().read("f", text).map(|_| ());
            assert_eq!(said, Err(want.to_owned()), "{text}");
        }
    }
}
