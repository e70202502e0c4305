use rally::prelude::*;

#[derive(Default, Wire)]
pub struct Site {
    client: ClientContext,
}

pub enum SiteMsg {
    MenuToggled,
}

pub enum OtherMsg {
    MenuToggled,
}

impl Context for Site {
    type Msg = SiteMsg;

    fn client(&mut self) -> &mut ClientContext {
        &mut self.client
    }

    fn update(&mut self, _: SiteMsg) -> Effect<SiteMsg> {
        Effect::none()
    }
}

fn update(cx: &Site) -> Effect<()> {
    cx.tell(OtherMsg::MenuToggled)
}

fn main() {
    let _ = (update, SiteMsg::MenuToggled);
}
