/// The services of `serve`, one class each, and the table of them ([dev.polyserve.cli.services.BuiltInService]).
///
/// **Threads**: each connection's handler or protocol is called by the model that serves it; what connections share (a chat
/// room, the operator's console) may be used from any thread.
///
/// **Depends on** the public interface of the library, `dev.polyserve.cli.log`,
/// `dev.polyserve.cli.net` and `dev.polyserve.cli.text`.
@NullMarked
package dev.polyserve.cli.services;

import org.jspecify.annotations.NullMarked;
