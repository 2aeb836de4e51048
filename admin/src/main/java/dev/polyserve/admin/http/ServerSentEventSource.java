package dev.polyserve.admin.http;

import java.util.List;

/// The events of one page, in order.
///
/// **Thread**: the one of the page's exchange.
public interface ServerSentEventSource {
    /// A server-sent event.
    ///
    /// @param name its name for the page
    /// @param json its data, on one line
    record Event(String name, String json) {}

    /// What has happened since the last call; empty if nothing has.
    ///
    /// @throws InterruptedException when the page is ended meanwhile
    List<Event> next() throws InterruptedException;
}
