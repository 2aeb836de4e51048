/// Small programs, each with a `start` that a test calls and a `main` that a user does.
///
/// [dev.polyserve.examples.Upper], [dev.polyserve.examples.Print], [dev.polyserve.examples.Welcome],
/// [dev.polyserve.examples.SocketServerStyle] and [dev.polyserve.examples.Operator] are the servers that socket tutorials begin
/// with, free of those tutorials' usual mistakes.
///
/// **Threads**: as the model of each server says.
///
/// **Depends on** the public interface only.
@NullMarked
package dev.polyserve.examples;

import org.jspecify.annotations.NullMarked;
