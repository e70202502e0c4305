//! Events of audio, video and images.

use super::{Event, EventData, data::data};

/// An event of an audio, a video, or another element that loads something.
pub type MediaEvent = Event<MediaData>;

data! {
    /// The data of a [`MediaEvent`]. An image has the default values.
    MediaData {
        /// Position in seconds.
        current_time: f64,
        /// Length in seconds; NaN if it is unknown, infinite for a live stream.
        duration: f64,
        /// Volume between 0 and 1.
        volume: f64,
        /// Speed: 1 is normal.
        playback_rate: f64,
        /// `true` if the media is paused.
        paused: bool,
        /// `true` if the media is muted.
        muted: bool,
        /// `true` if the media has been played to its end.
        ended: bool,
    }
}

impl EventData for MediaData {}
