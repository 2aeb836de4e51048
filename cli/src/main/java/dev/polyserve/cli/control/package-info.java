/// How a running server is asked and told things from outside: a Unix socket of its own, one request a connection.
///
/// ```
///   → status text | status json | workers text | workers json | drain | restart
///   ← ok, then lines to the end        or        error: one sentence
/// ```
///
/// **Threads**: each request has one of its own.
///
/// **Depends on** the public interface of the library, on what the command line has for text, and on how it tells files
/// apart.
@NullMarked
package dev.polyserve.cli.control;

import org.jspecify.annotations.NullMarked;
