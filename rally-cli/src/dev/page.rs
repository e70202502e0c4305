//! The page that the tunnel serves while the app is building or does not run.

use super::board::Snapshot;
use super::machine::Status;
use crate::ansi;

const STYLE: &str = "\
:root{color-scheme:light dark}\
body{margin:0;padding:2rem;font:16px/1.5 system-ui,sans-serif;background:#fff;color:#1c1c22}\
h1{font-size:1.25rem;margin:0 0 1rem}\
pre{font:13px/1.5 ui-monospace,monospace;white-space:pre-wrap;overflow-wrap:anywhere;\
margin:0 0 1rem;padding:1rem;border-left:4px solid #d13b3b;background:#f5f5f7}\
.bold{font-weight:700}.red{color:#b3261e}.yellow{color:#7a5900}.green{color:#1a6b2d}\
.blue{color:#1f52b5}.cyan{color:#0b6470}.magenta{color:#8a2a86}\
@media(prefers-color-scheme:dark){body{background:#17171b;color:#e8e8ee}pre{background:#222228}\
.red{color:#ff8a80}.yellow{color:#e8c25a}.green{color:#7ed491}.blue{color:#8ab4ff}\
.cyan{color:#72d5e0}.magenta{color:#e29bdf}}";

/// Returns the page as HTML. `events` is the origin of the event server.
pub(crate) fn render(app: &str, board: &Snapshot, events: &str) -> String {
    let app = escape(app);
    let (title, body) = match &board.status {
        Status::Building | Status::Ready => (
            format!("{app} is building..."),
            "<p>This page loads the app as soon as it is running.</p>".to_owned(),
        ),
        Status::Failed(errors) => {
            (format!("{app} does not run"), errors.iter().map(|error| error_html(error)).collect())
        }
    };
    let serial = board.serial;
    // The page reloads when the event stream sends another serial.
    format!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width\"><title>{title}</title>\
         <link rel=\"icon\" href=\"data:,\"><style>{STYLE}</style></head>\
         <body><main><h1 role=\"status\">{title}</h1>{body}</main><script>\
         const source = new EventSource(\"{events}/events\");\
         for (const name of [\"building\", \"errors\", \"ready\"])\
         source.addEventListener(name, (event) => \
         {{ if (JSON.parse(event.data).serial !== {serial}) {{ source.close(); location.reload(); }} }});\
         </script></body></html>\n"
    )
}

fn error_html(error: &str) -> String {
    let spans = ansi::spans(error.trim_end());
    let html: String = spans.iter().map(span_html).collect();
    format!("<pre>{html}</pre>")
}

fn span_html(span: &ansi::Span) -> String {
    let text = escape(&span.text);
    match span.class.as_str() {
        "" => text,
        class => format!("<span class=\"{class}\">{text}</span>"),
    }
}

fn escape(text: &str) -> String {
    let mut html = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            '\'' => html.push_str("&#39;"),
            c => html.push(c),
        }
    }
    html
}

#[cfg(test)]
mod tests {
    use super::super::board::Upstream;
    use super::*;

    fn page(status: Status) -> String {
        let board = Snapshot { serial: 5, generation: 1, status, upstream: Upstream::Absent };
        render("counter", &board, "http://127.0.0.1:9")
    }

    #[test]
    fn errors_are_escaped_and_coloured() {
        let html = page(Status::Failed(vec!["\x1b[1m\x1b[31merror\x1b[0m: <T> & 'a".to_owned()]));
        let expected = "<pre><span class=\"bold red\">error</span>: &lt;T&gt; &amp; &#39;a</pre>";
        assert!(html.contains(expected), "{html}");
        assert!(html.contains("counter does not run"));
    }

    #[test]
    fn the_page_compares_the_serial() {
        let html = page(Status::Building);
        assert!(html.contains("new EventSource(\"http://127.0.0.1:9/events\")"), "{html}");
        assert!(html.contains("serial !== 5"), "{html}");
    }
}
