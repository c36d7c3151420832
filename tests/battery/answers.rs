//! What services answer.
