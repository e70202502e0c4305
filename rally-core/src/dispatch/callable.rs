//! `dispatch(msg)`: a handle that can be called like a function.

use std::ops::Deref;

use super::Dispatch;

/// Makes the handle callable: `dispatch(msg)` sends a message.
// Stable Rust cannot implement `Fn` for a type. A reference to a type that
// implements it can be returned here, and a closure is such a type.
impl<Msg: Send + 'static> Deref for Dispatch<Msg> {
    type Target = dyn Fn(Msg);

    fn deref(&self) -> &Self::Target {
        as_closure(self, |dispatch| move |msg| dispatch.send(msg))
    }
}

/// Views a handle as the closure that `capture` would return for it.
///
/// The closure must capture the handle by value, and nothing else.
#[expect(unsafe_code, reason = "a closure that captures only the handle has its layout")]
fn as_closure<Msg: 'static, Closure: Fn(Msg) + 'static>(
    dispatch: &Dispatch<Msg>,
    _capture: impl FnOnce(Dispatch<Msg>) -> Closure,
) -> &(dyn Fn(Msg) + 'static) {
    const {
        assert!(size_of::<Closure>() == size_of::<Dispatch<Msg>>());
        assert!(align_of::<Closure>() == align_of::<Dispatch<Msg>>());
    }
    // SAFETY: The closure's only field is a handle, which is as large as the
    // closure. So the field is at offset 0, and a valid handle is a valid closure.
    // The reference has the lifetime of the handle.
    let closure: &Closure = unsafe { &*std::ptr::from_ref(dispatch).cast::<Closure>() };
    closure
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_closure_sees_the_handle() {
        let dispatch = Dispatch::<u8> { mapping: 7, ..Dispatch::new(4711) };
        thread_local! {
            static SEEN: std::cell::Cell<(u64, u32, u8)> = const { std::cell::Cell::new((0, 0, 0)) };
        }
        let closure = as_closure(&dispatch, |dispatch| {
            move |msg| SEEN.set((dispatch.program, dispatch.mapping, msg))
        });
        closure(3);
        assert_eq!(SEEN.get(), (4711, 7, 3));
    }
}
