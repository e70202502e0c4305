use rally::prelude::*;

#[derive(Default, Wire)]
pub struct Site {
    browser: ClientContext,
}

#[derive(Wire)]
pub enum SiteMsg {
    MenuToggled,
}

pub enum OtherMsg {
    MenuToggled,
}

impl Context for Site {
    type Msg = SiteMsg;

    fn browser(&mut self) -> &mut ClientContext {
        &mut self.browser
    }

    fn update(&mut self, _: SiteMsg) -> Effect<SiteMsg> {
        Effect::none()
    }
}

fn update(client: &Site) -> Effect<()> {
    client.send(OtherMsg::MenuToggled)
}

fn main() {
    let _ = (update, SiteMsg::MenuToggled);
}
