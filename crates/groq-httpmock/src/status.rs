//! Statuses that a reply may have: a test that expects another one is wrong, and says so.

#[track_caller]
pub(crate) fn assert_client_error(status: u16) {
    assert!(
        (400..=499).contains(&status),
        "{status} is not the status of a client error"
    );
}

#[track_caller]
pub(crate) fn assert_server_error(status: u16) {
    assert!(
        (500..=599).contains(&status),
        "{status} is not the status of a server error"
    );
}
