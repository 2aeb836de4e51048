package dev.polyserve;

/// Handles one datagram; it must not wait.
///
/// **Thread**: any, several at once under the concurrent models: an instance is shared by all datagrams.
///
/// **Errors**: every exception is reported with the peer, and nothing is sent, not even bytes already written.
@FunctionalInterface
public interface DatagramHandler {
    /// Handles `request` and may write one `reply`; both are valid only during the call.
    void handle(Datagram request, DatagramReply reply) throws Exception;

    /// Returns whether `request`, which is valid only during the call, is handled; otherwise it is dropped, and costs
    /// no thread and no worker process. Under [Model#process] the supervisor calls this and its workers call [#handle],
    /// so a counter per source, kept here, covers the whole server. Under [Model#processPool] each worker receives by
    /// itself and keeps its own counter.
    ///
    /// **Thread**: the one that receives; this must not wait. **Errors**: as for [#handle], and the request is dropped.
    default boolean verify(Datagram request) throws Exception {
        return true;
    }
}
