//! What is created only to be answered: access reviews, token reviews, tokens of service accounts.
//!
//! The real thing: pkg/registry/authorization, pkg/registry/authentication, pkg/registry/core/serviceaccount/storage/token.go.

use super::{Port, User};
use crate::api::{Kind, Status};
use crate::control_plane::apiserver::authorization::review::{self, Review as Question};
use crate::control_plane::apiserver::authorization::token::{self, Authenticated};
use crate::control_plane::apiserver::authorization::{Attributes, Resource as About};
use crate::control_plane::apiserver::http::Review;
use http::{Response, StatusCode};
use serde_json::Value;
use std::borrow::Cow;

pub(super) fn answer(
    port: &Port,
    user: &User,
    review: &Review,
) -> Result<Response<Vec<u8>>, Status> {
    let document = match Question::named(&review.kind) {
        Some(question) => ask(port, user, review, question)?,
        None => give_token(port, user, review)?,
    };
    Ok(review.form.document(StatusCode::CREATED, &document))
}

fn ask(port: &Port, user: &User, review: &Review, question: &Question) -> Result<Value, Status> {
    let cluster = port.cluster();
    let tokens = |text: &str, audiences: &[&str]| {
        if let Some(user) = port.credentials.user_of(text, cluster)
            && port.credentials.knows(text)
        {
            return Ok(Some(Authenticated {
                identity: user.caller().identity.into_owned(),
                user: user.name,
                audiences: audiences.iter().map(|a| (*a).to_owned()).collect(),
            }));
        }
        token::verify(text, audiences, cluster.store().head(), cluster.now_ms())
    };
    review::answer(
        question,
        &review.document,
        &review.key.namespace,
        &user.caller(),
        cluster.store().head(),
        &tokens,
    )
}

fn give_token(port: &Port, user: &User, review: &Review) -> Result<Value, Status> {
    let about = About {
        group: "",
        resource: "serviceaccounts",
        subresource: "token",
        namespace: &review.key.namespace,
        name: Cow::Borrowed(&review.key.name),
        ..About::default()
    };
    let kind = Some(Kind::ServiceAccount);
    port.permit(user, &Attributes::resource("create", about), kind)?;
    let cluster = port.cluster();
    let snapshot = cluster.store().head();
    token::request(&review.document, &review.key, snapshot, cluster.now_ms())
}
