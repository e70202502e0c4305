//! Events of CSS animations and transitions.

use super::{Event, EventData, data::data};

/// An event of a CSS animation.
pub type AnimationEvent = Event<AnimationData>;

/// An event of a CSS transition.
pub type TransitionEvent = Event<TransitionData>;

data! {
    /// The data of an [`AnimationEvent`].
    AnimationData {
        /// Name of the animation.
        name: String,
        /// The pseudo-element, such as `::before`; empty if the element itself is animated.
        pseudo_element: String,
        /// Seconds since the animation began, without pauses.
        elapsed_time: f64,
    }
}

data! {
    /// The data of a [`TransitionEvent`].
    TransitionData {
        /// Name of the CSS property.
        property: String,
        /// The pseudo-element, such as `::before`; empty if the element itself changes.
        pseudo_element: String,
        /// Seconds since the transition began, without its delay.
        elapsed_time: f64,
    }
}

impl EventData for AnimationData {}
impl EventData for TransitionData {}
