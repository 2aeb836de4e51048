/// An HTTP endpoint that shows what a server does, and controls it: metrics, health, status, and a live page.
///
/// ```
///   Admin ──▶ http.HttpEndpoint ──▶ AdminHandler ──▶ http.HttpAccessPolicy, AdminActions, http.StaticFiles
///     │                                             └──▶ http.ServerSentEvents ──▶ StatusEvents
///     └──▶ AdminUnixRelay, for unix: endpoints
/// ```
///
/// **Threads**: each exchange has a virtual thread of the JDK's own scheduler; none runs on an event loop of a server.
///
/// **Depends on** the public interface of the library, `dev.polyserve.admin.http`, `dev.polyserve.admin.status`,
/// `dev.polyserve.metrics` and `dev.polyserve.text`; on `dev.polyserve.io` for the file of its Unix socket.
@NullMarked
package dev.polyserve.admin;

import org.jspecify.annotations.NullMarked;
