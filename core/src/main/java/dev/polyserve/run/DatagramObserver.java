package dev.polyserve.run;

import dev.polyserve.RequestResult;

/// Observes the progress of each datagram that a [DatagramDriver] receives.
///
/// **Thread**: any.
interface DatagramObserver {
    /// Reports the result of a datagram, for `handleRequest`.
    void answer(RequestResult how);

    /// Reports that a handler starts on a thread other than the loop's.
    void datagramBegan();

    /// Reports that such a handler has ended.
    void datagramEnded();
}
