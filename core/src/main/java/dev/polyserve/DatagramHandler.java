package dev.polyserve;

/// What to do with one datagram; it must not wait.
///
/// **Thread**: any, several at once under the concurrent models: an instance is shared by all datagrams.
///
/// **Errors**: whatever is thrown is reported with the peer, and nothing is sent, not even what was already written.
@FunctionalInterface
public interface DatagramHandler {
    /// Looks at `request` and may write one `reply`; both are valid only during the call.
    void handle(Datagram request, DatagramReply reply) throws Exception;

    /// Returns whether `request`, which is valid only during the call, is handled; otherwise it is dropped, and costs no thread and
    /// no worker process. Under [Model#process] the supervisor calls this, and its workers call [#handle]; so a count
    /// for each source, kept here, holds for the whole server. Only the workers of [Model#processPool] receive by themselves, and
    /// each keeps its own count.
    ///
    /// **Thread**: the one that receives; this must not wait. **Errors**: as those of [#handle], and the request is dropped.
    default boolean verify(Datagram request) throws Exception {
        return true;
    }
}
