//! The pages that sign people in and out, what the notebook asks about who is signed in, and the start-up token in an
//! address.

use std::sync::Arc;

use axum::{
    Json, Router,
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse, Redirect, Response},
    routing::{get, post},
};
use http::{
    HeaderValue, Method, StatusCode,
    header::{CACHE_CONTROL, SET_COOKIE},
};
use serde_json::json;
use tonic::Code;

use super::{
    Access,
    login::{CALLBACK, Step},
};
use crate::{dialect::Refusal, observe::Refused, origins::Origins};

/// What the pages need.
#[derive(Clone)]
pub(crate) struct Pages {
    pub(crate) access: Arc<Access>,
    pub(crate) origins: Origins,
}

/// `/auth/...`
pub(crate) fn router(pages: Pages) -> Router {
    Router::new()
        .route("/auth/session", get(session))
        .route("/auth/login", get(login))
        .route(CALLBACK, get(callback))
        .route("/auth/logout", post(logout))
        .with_state(pages)
}

/// Exchanges the start-up token in an address for a cookie, and the address for one without it.
pub(crate) async fn startup(State(access): State<Arc<Access>>, request: Request, next: Next) -> Response {
    let in_query = access
        .startup
        .as_ref()
        .and_then(|startup| Some((startup, startup.in_query(request.uri())?)));
    let Some((startup, is_ours)) = in_query.filter(|_| request.method() == Method::GET) else {
        return next.run(request).await;
    };
    if !is_ours {
        let sentence = "This is not the token of the bridge that runs here now. Open the address that it printed when \
                        it started.";
        return refusal(StatusCode::FORBIDDEN, sentence).answer(request.headers());
    }
    let step = Step {
        // Two slashes would lead to another site.
        location: format!("/{}", request.uri().path().trim_start_matches(['/', '\\'])),
        cookies: startup.cookie().into_iter().collect(),
    };
    redirect(step)
}

/// Who is signed in, for the notebook.
async fn session(State(pages): State<Pages>, request: Request) -> Response {
    let (head, _) = request.into_parts();
    let is_own = pages.origins.is_own_page(&head.uri, &head.headers);
    let answer = match pages.access.identify(&head, is_own).await {
        Ok(identity) => {
            let can_leave = pages
                .access
                .login
                .as_ref()
                .is_some_and(|login| login.identify(&head.headers).is_some());
            json!({
                "signed_in": true,
                "user": identity.as_ref().map(|identity| &identity.user),
                "name": identity.as_ref().map(|identity| &identity.name),
                "sign_out": can_leave.then_some("/auth/logout"),
            })
        }
        Err(status) => json!({
            "signed_in": false,
            "reason": status.message(),
            "sign_in": pages.access.login.is_some().then_some("/auth/login"),
        }),
    };
    uncached(Json(answer).into_response())
}

async fn login(State(pages): State<Pages>) -> Response {
    let Some(login) = &pages.access.login else {
        return nothing();
    };
    match login.begin().await {
        Ok(step) => redirect(step),
        Err(why) => failed(&why),
    }
}

async fn callback(State(pages): State<Pages>, request: Request) -> Response {
    let Some(login) = &pages.access.login else {
        return nothing();
    };
    match login
        .finish(request.headers(), request.uri().query().unwrap_or_default())
        .await
    {
        Ok(step) => redirect(step),
        Err(why) => failed(&why),
    }
}

/// Says where to go next, as a page's script cannot follow a redirect to another site.
async fn logout(State(pages): State<Pages>, request: Request) -> Response {
    let Some(login) = &pages.access.login else {
        return nothing();
    };
    if pages
        .origins
        .forbids(request.method(), request.uri(), request.headers())
    {
        let sentence = "Only the bridge's own pages sign people out.";
        return refusal(StatusCode::FORBIDDEN, sentence).answer(request.headers());
    }
    match login.end(request.headers()).await {
        Ok(step) => with_cookies(
            Json(json!({ "location": step.location })).into_response(),
            step.cookies,
        ),
        Err(why) => failed(&why),
    }
}

fn redirect(step: Step) -> Response {
    with_cookies(Redirect::to(&step.location).into_response(), step.cookies)
}

fn with_cookies(mut response: Response, cookies: Vec<HeaderValue>) -> Response {
    for cookie in cookies {
        response.headers_mut().append(SET_COOKIE, cookie);
    }
    uncached(response)
}

fn uncached(mut response: Response) -> Response {
    response
        .headers_mut()
        .insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

fn failed(why: &str) -> Response {
    let sentence = format!("Signing in failed: {why}. Go back to the notebook and try again.\n");
    let mut response = uncached((StatusCode::BAD_GATEWAY, sentence).into_response());
    response
        .extensions_mut()
        .insert(Refused(format!("Signing in failed: {why}.")));
    response
}

fn nothing() -> Response {
    (StatusCode::NOT_FOUND, "Nobody signs in here.\n").into_response()
}

fn refusal(http: StatusCode, sentence: &str) -> Refusal {
    Refusal {
        http,
        grpc: Code::PermissionDenied,
        sentence: sentence.to_owned(),
        allow: None,
    }
}
