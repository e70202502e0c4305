//! The page at `/_rally/jobs`, which shows the jobs to developers.

use axum::body::{self, Body};
use axum::extract::Request;
use axum::http::{Method, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use rally_core::html;
use rally_core::view::Element;
use rally_macros::rsx;

use crate::background::PAGE;
use crate::jobs::admin::overview::{Group, Overview};
use crate::jobs::error::StoreError;
use crate::jobs::store::{JobStore, JobSummary, Status};
use crate::telemetry::trace;

/// URL of the style sheet. It has a URL because the default content security policy forbids
/// inline styles.
const STYLE_URL: &str = "/_rally/jobs/style.css";

const STYLE: &str = "\
:root { color-scheme: light dark; }
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 70rem; padding: 0 1rem; }
h1 { font-size: 1.4rem; }
h2 { display: inline-block; font-size: 1.1rem; margin: 2rem 1rem 0.5rem 0; }
main { overflow-x: auto; }
table { border-collapse: collapse; }
th, td { padding: 0.35rem 1.5rem 0.35rem 0; text-align: left; vertical-align: top; white-space: nowrap; }
th { font-weight: 600; }
tr:not(:first-child) > *, thead + tbody > tr > * { border-top: 1px solid color-mix(in srgb, currentColor 20%, transparent); }
.number { text-align: right; font-variant-numeric: tabular-nums; }
td.name, td.error { min-width: 12rem; overflow-wrap: anywhere; white-space: pre-wrap; }
form { display: inline; }
";

/// Maximum size of a form's body, in bytes.
const MAX_FORM: usize = 1024;

const STATUSES: [Status; 4] = [Status::Dead, Status::Running, Status::Pending, Status::Completed];

/// The caller must have checked that a POST comes from a page of this app.
pub(in crate::jobs) async fn answer(store: &dyn JobStore, request: Request) -> Response {
    let path = request.uri().path();
    let answer = match (request.method(), path) {
        (&Method::GET | &Method::HEAD, STYLE_URL) => {
            return ([(header::CONTENT_TYPE, "text/css")], STYLE).into_response();
        }
        (&Method::GET | &Method::HEAD, PAGE) => show(store).await,
        (&Method::POST, PAGE) => retry(store, request.into_body()).await,
        (_, PAGE) => return StatusCode::METHOD_NOT_ALLOWED.into_response(),
        _ => return StatusCode::NOT_FOUND.into_response(),
    };
    answer.unwrap_or_else(|error| {
        let text = format!("cannot access the jobs database: {}\n", trace::text_of(&error));
        (StatusCode::INTERNAL_SERVER_ERROR, text).into_response()
    })
}

async fn show(store: &dyn JobStore) -> Result<Response, StoreError> {
    let overview = Overview::of(store, &STATUSES).await?;
    let body =
        html::of_element(move || element(&overview)).unwrap_or_else(|error| error.to_string());
    let document = format!(
        "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width\"><title>Jobs</title>\
         <link rel=\"icon\" href=\"data:,\"><link rel=\"stylesheet\" href=\"{STYLE_URL}\"></head>\
         <body>{body}</body></html>\n"
    );
    Ok(([(header::CACHE_CONTROL, "no-store")], Html(document)).into_response())
}

/// Handles a posted form, such as `retry=7` or `retry=all`.
async fn retry(store: &dyn JobStore, body: Body) -> Result<Response, StoreError> {
    let Ok(body) = body::to_bytes(body, MAX_FORM).await else {
        return Ok(StatusCode::PAYLOAD_TOO_LARGE.into_response());
    };
    let value = form_urlencoded::parse(&body).find(|(name, _)| name == "retry");
    let id = match value.as_ref().map(|(_, value)| &**value) {
        Some("all") => None,
        Some(id) if id.parse::<i64>().is_ok() => id.parse().ok(),
        _ => return Ok(StatusCode::BAD_REQUEST.into_response()),
    };
    store.retry(id, None).await?;
    // Redirect, so that reloading the page does not send the form again.
    Ok((StatusCode::SEE_OTHER, [(header::LOCATION, PAGE)]).into_response())
}

fn element(overview: &Overview) -> Element {
    let now = overview.now;
    rsx! {
        main {
            h1 { "Jobs" }
            table {
                tbody {
                    for group in &overview.groups {
                        tr {
                            th { "{group.status.name()}" }
                            td { class: "number", "{group.total}" }
                        }
                    }
                }
            }
            for group in overview.groups.iter().filter(|group| !group.jobs.is_empty()) {
                {table_of(group, now)}
            }
        }
    }
}

fn table_of(group: &Group, now: i64) -> Element {
    let is_dead = group.status == Status::Dead;
    rsx! {
        h2 { "{group.status.name()}" }
        if is_dead {
            form { method: "post", action: PAGE,
                button { name: "retry", value: "all", "Retry all" }
            }
        }
        table {
            thead {
                tr {
                    th { class: "number", "id" }
                    th { "name" }
                    th { class: "number", "attempts" }
                    th { "{group.heading()}" }
                    th { "last error" }
                    if is_dead {
                        th {}
                    }
                }
            }
            tbody {
                for job in &group.jobs {
                    {row_of(job, group, now)}
                }
            }
        }
        if group.unlisted() > 0 {
            p { "and {group.unlisted()} more" }
        }
    }
}

fn row_of(job: &JobSummary, group: &Group, now: i64) -> Element {
    rsx! {
        tr {
            td { class: "number", "{job.id}" }
            td { class: "name", "{job.name}" }
            td { class: "number", "{job.attempts}" }
            td { "{group.when(job, now)}" }
            td { class: "error", "{job.error.as_deref().unwrap_or_default()}" }
            if group.status == Status::Dead {
                td {
                    form { method: "post", action: PAGE,
                        button { name: "retry", value: "{job.id}", "Retry" }
                    }
                }
            }
        }
    }
}
