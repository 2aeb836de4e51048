package dev.polyserve.spi;

import java.time.Duration;

/// The mechanism in which an event loop waits for its connections.
public sealed interface MultiplexerKind {
    /// A selector of `java.nio`, over the JDK's channels.
    record JavaNio() implements MultiplexerKind {}

    /// `select(2)`.
    record Select() implements MultiplexerKind {}

    /// `poll(2)`.
    record Poll() implements MultiplexerKind {}

    /// `epoll(7)`.
    ///
    /// @param edgeTriggered whether readiness is reported once per change rather than as long as it lasts
    record Epoll(boolean edgeTriggered) implements MultiplexerKind {}

    /// A completion ring, `io_uring(7)`.
    record IoUring() implements MultiplexerKind {}

    /// A round of calls to all sockets, without any mechanism of the system: slow, for teaching.
    ///
    /// @param longestRest how long a loop may sleep after rounds in which no connection was ready; zero: never
    record Polling(Duration longestRest) implements MultiplexerKind {
        /// Checks the time.
        public Polling {
            if (longestRest.isNegative()) {
                throw new IllegalArgumentException("longestRest: " + longestRest + " is negative");
            }
        }
    }
}
