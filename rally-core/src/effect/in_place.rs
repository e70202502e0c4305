//! The effect that changes the URL of the shown page.

use super::{Action, Effect, History, Navigation};
use crate::route::{Route, href};

impl<Msg: 'static> Effect<Msg> {
    /// Changes the URL of the shown page, and keeps the page: its model, the focus, and the text
    /// that is being typed.
    ///
    /// Neither `init` nor the loader runs. `current_path` of the client context changes at once, so
    /// links and forms have the new URL. The server checks the access to the new URL, and `page`
    /// rules of calls then see it. To load data for the new URL, navigate, and let the page keep its
    /// model by [`Page::on_url`](crate::page::Page::on_url).
    ///
    /// With [`History::Push`], the back button returns to the current URL. A page with `on_url` then
    /// gets its message; any other page starts again.
    ///
    /// If `route` belongs to another page, this effect navigates there. It does nothing if the page
    /// has the URL already, or while a navigation by the back or forward button is under way. In a
    /// posted form, whose calls have all succeeded and which has no errors, the server redirects to
    /// the URL.
    ///
    /// ```
    /// # use rally_core::{context::ClientContext, effect::{Effect, History}, route::{Params, Route}};
    /// # struct Tickets { tab: Option<String> }
    /// # impl Route for Tickets {
    /// #     const PATTERN: &'static str = "/tickets";
    /// #     type Context = ClientContext;
    /// #     fn from_params(params: &Params) -> Option<Self> { Some(Self { tab: params.query("tab")? }) }
    /// #     fn write_params(&self, params: &mut Params) { params.set_query("tab", &self.tab) }
    /// # }
    /// # fn update(tab: String) -> Effect<()> {
    /// Effect::set_url(Tickets { tab: Some(tab) }, History::Replace)
    /// # }
    /// # assert_eq!(format!("{:?}", update("open".into())), "[SetUrl(/tickets?tab=open Replace)]");
    /// ```
    pub fn set_url<R: Route>(route: R, history: History) -> Self {
        Self::one(Action::SetUrl(Navigation { url: href(route), history }))
    }
}
