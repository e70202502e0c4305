//! An app with pages and calls of every access rule.

use std::sync::Arc;

use rally::PageEntry;
use rally::prelude::*;
use rally::testing::TestApp;

use crate::app::{Cx, HttpCx, State};
use crate::auth::accounts::{Account, Ledger, from_session};

pub const PAGES: &[PageEntry] = &[
    open::Route::PAGE,
    orders::Route::PAGE,
    draft::Route::PAGE,
    vault::Route::PAGE,
    guarded::Guarded::PAGE,
    hidden::Route::PAGE,
];

/// A browser without a sign-in, and the identity service.
pub fn site() -> (TestApp, Arc<Ledger>) {
    let state = State::default();
    let ledger = state.accounts.clone();
    let app = crate::app::app(Arc::new(state)).from_session(from_session);
    (TestApp::new(app, PAGES), ledger)
}

pub async fn signed_in(name: &str) -> (TestApp, Arc<Ledger>) {
    let (app, ledger) = site();
    app.call(SignIn(name.to_owned())).await.unwrap();
    ledger.log();
    (app, ledger)
}

/// Records that a handler ran, and for which account. A guarded handler that
/// runs for an anonymous caller is a violation.
fn record_run(cx: &Cx, what: &str, is_guarded: bool) -> String {
    let accounts = &cx.state().accounts;
    let who = cx.identity();
    if is_guarded && !who.is_some_and(|who| who.has_both_factors) {
        accounts.entries().violations += 1;
    }
    let who = who.map_or("nobody", |account| &account.name).to_owned();
    accounts.record(format!("{what} for {who}"));
    who
}

#[server_only]
async fn may_edit(cx: &Cx, who: &Account) -> Result<bool> {
    cx.state().accounts.record(format!("may {} edit at {}", who.name, cx.state().tenant));
    match &*who.name {
        "editor-whose-rights-are-lost" => Err(std::io::Error::other("the rights' secret"))?,
        "editor-of-a-bug" => panic!("the rights' secret"),
        _ => Ok(who.may_edit),
    }
}

/// A page whose loader returns the name of the caller, and a call with the
/// access rule of the page.
macro_rules! page {
    ($module:ident, $path:literal, [$($policy:tt)*], [$($access:tt)*], $is_guarded:literal) => {
        pub mod $module {
            use super::*;

            rally::pages!();

            #[page($path, loader, $($policy)*)]
            pub struct Route {
                #[query(default)]
                pub tab: u8,
            }

            #[derive(Wire)]
            pub struct Model(String);

            impl Page for Model {
                type Route = Route;
                type Msg = Never;

                fn init(_: Route, who: String, _: &ClientContext) -> Self {
                    Self(who)
                }

                fn update(&mut self, msg: Never, _: &ClientContext) -> Effect<Never> {
                    match msg {}
                }

                fn view(&self, _: Dispatch<Never>, _: &ClientContext) -> Element {
                    rsx! { p { "for {self.0}" } }
                }
            }

            #[loader($($access)*)]
            async fn load(_: Route, cx: &Cx) -> Result<String, LoadError> {
                let who = record_run(cx, "load", $is_guarded);
                Ok(format!("{who} at {}", cx.state().tenant))
            }

            #[derive(Debug, Wire)]
            pub struct OfPage(pub u8);

            #[server(page)]
            async fn of_page(_: OfPage, cx: &Cx) -> Result<String> {
                Ok(record_run(cx, "of_page", $is_guarded))
            }
        }
    };
}

page!(open, "/open", [], [public], false);
page!(orders, "/orders", [signed_in], [page], true);
page!(draft, "/draft", [authorize = super::may_edit], [public], true);
page!(vault, "/vault", [signed_in, authorize = super::may_edit], [page], true);
// The access rule is the loader's.
page!(hidden, "/hidden", [], [signed_in, authorize = super::may_edit], true);

/// `/guarded`: guarded, and without a loader.
pub mod guarded {
    use super::*;

    rally::pages!();

    #[page("/guarded", signed_in)]
    pub struct Guarded;

    #[derive(Wire)]
    pub struct Model;

    impl Page for Model {
        type Route = Guarded;
        type Msg = Never;

        fn init(_: Guarded, (): (), _: &ClientContext) -> Self {
            Self
        }

        fn update(&mut self, msg: Never, _: &ClientContext) -> Effect<Never> {
            match msg {}
        }

        fn view(&self, _: Dispatch<Never>, _: &ClientContext) -> Element {
            rsx! { p { "guarded" } }
        }
    }
}

/// Returns the caller and the request's tenant, hostname and session.
#[derive(Debug, Wire)]
pub struct Who;

#[derive(Debug, PartialEq, Wire)]
pub struct Seen {
    pub name: String,
    pub tenant: String,
    pub hostname: String,
    pub session: String,
}

#[server(public)]
async fn who(_: Who, cx: &Cx) -> Result<Seen> {
    let (tenant, hostname) = (cx.state().tenant.clone(), cx.hostname().to_owned());
    Ok(Seen {
        name: record_run(cx, "who", false),
        tenant,
        hostname,
        session: cx.session().to_string(),
    })
}

#[derive(Debug, Wire)]
pub struct Pay(pub u8);

#[server(signed_in)]
async fn pay(_: Pay, cx: &Cx) -> Result<String> {
    Ok(record_run(cx, "pay", true))
}

#[derive(Debug, Wire)]
pub struct Edit(pub u8);

#[server(authorize = may_edit)]
async fn edit(_: Edit, cx: &Cx) -> Result<String> {
    Ok(record_run(cx, "edit", true))
}

#[derive(Debug, Wire)]
pub struct Publish(pub u8);

#[server(signed_in, authorize = may_edit)]
async fn publish(_: Publish, cx: &Cx) -> Result<String> {
    Ok(record_run(cx, "publish", true))
}

#[derive(Debug, Wire)]
pub struct SignIn(pub String);

#[server(public, http)]
async fn sign_in(msg: SignIn, cx: &HttpCx) -> Result<String> {
    let accounts = &cx.state().accounts;
    accounts.remove(cx.session());
    let id = cx.sign_in();
    accounts.add(id, &msg.0);
    Ok(id.to_string())
}

#[derive(Debug, Wire)]
pub struct SignOut;

#[server(signed_in, http)]
async fn sign_out(_: SignOut, cx: &HttpCx) -> Result<()> {
    cx.sign_out();
    cx.state().accounts.remove(cx.session());
    Ok(())
}
