//! Forms of those who have signed in, sign in, or are to.
