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
}
