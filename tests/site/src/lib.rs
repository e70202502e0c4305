//! An app with its own client context, layouts, and pages with heads.

use rally::prelude::*;

rally::pages!("src/pages", context = crate::Site);

/// The context of all pages.
#[derive(Debug, Default, Wire)]
pub struct Site {
    pub browser: ClientContext,
    pub cart: u32,
    /// The texts of all added items.
    pub added: Vec<String>,
}

#[derive(Wire)]
pub enum SiteMsg {
    Added(String),
    /// Adds one to the count after a second.
    Later,
    Counted,
}

impl Context for Site {
    type Msg = SiteMsg;

    fn browser(&mut self) -> &mut ClientContext {
        &mut self.browser
    }

    fn update(&mut self, msg: SiteMsg) -> Effect<SiteMsg> {
        match msg {
            SiteMsg::Added(text) => {
                self.added.push(text);
                self.cart += 1;
                Effect::none()
            }
            SiteMsg::Later => Effect::after(std::time::Duration::from_secs(1), || SiteMsg::Counted),
            SiteMsg::Counted => {
                self.cart += 1;
                Effect::none()
            }
        }
    }
}

/// Returns the app.
#[server_only]
pub async fn start() -> Result<App<()>> {
    Ok(App::new(()))
}
