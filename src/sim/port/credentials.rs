//! Who is asking: bearer tokens, service accounts' tokens, nobody; and as whom they ask to be taken.
//!
//! The real thing: staging/src/k8s.io/apiserver/pkg/authentication/{token/tokenfile,request/{bearertoken,anonymous}},
//! pkg/endpoints/filters/{authentication,impersonation}.go.
//! Left out: client certificates, OpenID Connect, webhooks, basic authentication.

use super::Cluster;
use crate::api::identity::{ANONYMOUS, Identity};
use crate::api::{Caller, Name, Request, Status};
use crate::control_plane::apiserver::authorization::impersonation::Impersonation;
use crate::control_plane::apiserver::authorization::token;
use crate::control_plane::apiserver::http::unauthorized;
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

fn impersonation(headers: &HeaderMap) -> Impersonation {
    let mut asked = Impersonation::default();
    for (name, value) in headers {
        let Some(rest) = name.as_str().strip_prefix("impersonate-") else {
            continue;
        };
        let Ok(value) = value.to_str() else { continue };
        match rest {
            "user" => asked.user = value.into(),
            "uid" => asked.uid = value.into(),
            "group" => asked.groups.push(value.into()),
            extra => {
                if let Some(key) = extra.strip_prefix("extra-") {
                    let values = asked.extra.entry(key.to_ascii_lowercase()).or_default();
                    values.push(value.to_owned());
                }
            }
        }
    }
    asked
}

impl Credentials {
    /// Lets whoever brings this token in as this user.
    #[must_use]
    pub fn with(mut self, token: &str, user: User) -> Self {
        self.tokens.insert(token.to_owned(), user);
        self
    }

    /// Reads a file of kube-apiserver's `--token-auth-file`: `token,user,uid,"group1,group2"`, one to a line.
    ///
    /// # Errors
    /// The number of the line and what is wrong with it.
    pub fn read(mut self, csv: &str) -> Result<Self, String> {
        for (index, line) in csv.lines().enumerate() {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let fields = fields(line).map_err(|why| format!("line {}: {why}", index + 1))?;
            let [token, name, uid, rest @ ..] = fields.as_slice() else {
                let why = "a token needs at least three columns: token, user name, user uid";
                return Err(format!("line {}: {why}", index + 1));
            };
            if token.is_empty() {
                return Err(format!("line {}: the token is empty", index + 1));
            }
            let groups: Vec<&str> = rest.first().map_or(Vec::new(), |groups| {
                groups
                    .split(',')
                    .map(str::trim)
                    .filter(|g| !g.is_empty())
                    .collect()
            });
            let mut user = User::new(name, &groups);
            Arc::make_mut(&mut user.identity).uid = uid.as_str().into();
            if self.tokens.contains_key(token) {
                return Err(format!("line {}: the token stands twice", index + 1));
            }
            self.tokens.insert(token.clone(), user);
        }
        Ok(self)
    }

    /// Who the headers say is asking; without a token, the anonymous user.
    pub(super) fn authenticate(
        &self,
        headers: &HeaderMap,
        cluster: &Cluster,
    ) -> Result<User, Status> {
        let Some(value) = headers.get(AUTHORIZATION) else {
            return Ok(User::new(ANONYMOUS, &[]));
        };
        let value = value.to_str().map_err(|_| unauthorized())?;
        let Some((scheme, token)) = value.split_once(' ') else {
            return Err(unauthorized());
        };
        if !scheme.eq_ignore_ascii_case("bearer") {
            return Err(unauthorized());
        }
        self.user_of(token.trim(), cluster).ok_or_else(unauthorized)
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

/// The columns of a line of CSV; quotes keep commas together.
fn fields(line: &str) -> Result<Vec<String>, &'static str> {
    let (mut fields, mut field, mut is_quoted) = (Vec::new(), String::new(), false);
    for c in line.chars() {
        match c {
            '"' => is_quoted = !is_quoted,
            ',' if !is_quoted => fields.push(std::mem::take(&mut field).trim().to_owned()),
            c => field.push(c),
        }
    }
    if is_quoted {
        return Err("a quote is not closed");
    }
    fields.push(field.trim().to_owned());
    Ok(fields)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn token_files_are_read_as_kube_apiserver_reads_them() {
        let text = "# people\nsecret,jane,42,\"dev,ops\"\nplain,joe,43\n";
        let known = Credentials::default().read(text).expect("a good file");
        let jane = &known.tokens["secret"];
        assert_eq!(jane.name, "jane");
        let groups: Vec<&str> = jane.identity.groups.iter().map(Name::as_str).collect();
        assert_eq!(groups, ["dev", "ops", "system:authenticated"]);
        for (name, text) in [
            ("two columns", "a,b"),
            ("open quote", "a,b,c,\"d"),
            ("twice", "a,b,c\na,d,e"),
            ("no token", ",b,c"),
        ] {
            assert!(Credentials::default().read(text).is_err(), "{name}");
        }
    }
}
