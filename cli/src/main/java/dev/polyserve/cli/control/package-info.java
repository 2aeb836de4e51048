/// The control socket of a running server: a Unix socket that takes one request per connection.
///
/// ```
///   → status text | status json | workers text | workers json | bans text | bans json | lift ADDRESS | lift all
///   | connections QUERY | end NUMBER | drain | restart
///   ← ok, then lines to the end        or        error: one sentence
/// ```
///
/// **Threads**: each request has a thread of its own.
///
/// **Depends on** the public interface of the library, and on `dev.polyserve.cli.net`, `dev.polyserve.cli.operation`
/// and `dev.polyserve.cli.text`.
@NullMarked
package dev.polyserve.cli.control;

import org.jspecify.annotations.NullMarked;
