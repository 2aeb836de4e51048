package dev.polyserve.io;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// A stream socket that can go on with TLS (STARTTLS).
///
/// ```
///   plain ─▶ startTls: under way, or when there is room ─▶ handshake … ─▶ DONE ─▶ endHandshake: encrypted
/// ```
///
/// **Thread**: the owner, and nothing else reads or writes meanwhile.
public interface StartTlsSocket extends StreamSocket {
    /// What a handshake of TLS needs next.
    enum Need {
        /// The source to be ready for reading.
        READ,
        /// The source to be ready for writing.
        WRITE,
        /// That [#runTasks] is called, beside a loop.
        TASK,
        /// Nothing: it is complete.
        DONE
    }

    /// Why a socket cannot go on with TLS, in one sentence; null when it can.
    static @Nullable String whyNot(StreamSocket socket) {
        if (!(socket instanceof StartTlsSocket securable)) {
            return "startTls() needs the server's certificate: give it with tls(…)";
        }
        return securable.isPlain() ? null : "this connection has TLS already";
    }

    /// Whether it is plain text that is read and written.
    boolean isPlain();

    /// Goes on with TLS: the handshake comes next. [#endHandshake] follows in any case.
    ///
    /// @param whenRoom called otherwise, once, when the handshake may begin; on any thread
    /// @return whether it may begin now
    boolean startTls(Runnable whenRoom);

    /// Goes on with the handshake. On a socket that does not wait, this does not wait.
    ///
    /// @throws IOException when it fails, or the connection is lost; the peer was told
    Need handshake() throws IOException;

    /// Computes what the handshake needs. **Thread**: any, while nothing else is called.
    void runTasks();

    /// Has a thread beside the loops call [#runTasks].
    ///
    /// @param then called when it has; on that thread
    /// @throws IOException when the server has stopped
    void runTasksBeside(Runnable then) throws IOException;

    /// The handshake is not under way any more, or waits no more for room.
    ///
    /// @param whenRoom the task of [#startTls]
    void endHandshake(Runnable whenRoom);
}
