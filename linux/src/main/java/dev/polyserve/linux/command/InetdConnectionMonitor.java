package dev.polyserve.linux.command;

import dev.polyserve.Cause;
import dev.polyserve.conversation.ExternallyServedConversation;
import dev.polyserve.conversation.LingeringClose;
import dev.polyserve.linux.process.ChildProcess;
import dev.polyserve.linux.process.ChildProgram;
import dev.polyserve.linux.socket.DescriptorSocket;
import dev.polyserve.linux.system.SystemCallMemory;
import dev.polyserve.linux.system.EpollEvents;
import dev.polyserve.linux.system.DescriptorCalls;
import dev.polyserve.linux.system.PollDescriptors;
import dev.polyserve.linux.system.SocketCalls;
import dev.polyserve.linux.system.SystemCallException;
import dev.polyserve.linux.system.TcpInfo;
import dev.polyserve.linux.system.ReadinessWaitCalls;
import dev.polyserve.loop.EventLoop;
import dev.polyserve.loop.LingeringSocket;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// The server's own copy of a connection whose bytes an inetd command reads and writes: it watches the peer, counts the
/// bytes, and ends and closes the connection.
///
/// **Thread**: the loop's; after the loop's end, the thread that ends the remaining sessions.
final class InetdConnectionMonitor {
    /// Resources that all connections of a loop share; one connection at a time uses them.
    ///
    /// @param memory for system calls
    /// @param info for TCP counters
    /// @param one for polling one descriptor
    /// @param activity for connections without counters
    record Instruments(SystemCallMemory memory, TcpInfo info, PollDescriptors one, EpollTrafficDetector activity) {
        static Instruments make() throws IOException {
            return new Instruments(SystemCallMemory.small(), new TcpInfo(), new PollDescriptors(1),
                    EpollTrafficDetector.open());
        }
    }

    private final DescriptorSocket socket;
    private final int number;
    private final HangupMonitor hangupMonitor;
    private final Instruments with;
    private final boolean counted;
    private boolean watched;
    /// Whether calls on the connection block, as the program expects.
    private boolean blocks;
    private boolean outputEnded;
    private long received;
    private long sent;

    InetdConnectionMonitor(DescriptorSocket socket, HangupMonitor hangupMonitor, Instruments with) {
        this.socket = socket;
        this.number = socket.descriptor().number();
        this.hangupMonitor = hangupMonitor;
        this.with = with;
        this.counted = socket.peer() instanceof InetSocketAddress;
    }

    /// Watches for the client's hang-up, and for traffic.
    void watch(HangupMonitor.Told told) throws IOException {
        hangupMonitor.watch(number, told);
        watched = true;
        if (!counted) {
            with.activity.watch(number);
        }
    }

    /// Starts a program with the connection as 0 and 1. From now on calls on it block, ours too: the program expects
    /// that.
    ChildProcess start(ChildProgram program, Map<String, String> environment, int stderr) throws IOException {
        SystemCallException.require("ioctl", DescriptorCalls.blocking(with.memory, number));
        blocks = true;
        return program.start(environment, number, number, stderr);
    }

    private void unblock() throws SystemCallException {
        if (blocks) {
            SystemCallException.require("ioctl", DescriptorCalls.nonBlocking(with.memory, number));
            blocks = false;
        }
    }

    private void endOutput() throws IOException {
        if (!outputEnded) {
            outputEnded = true;
            boolean _ = socket.endOutput(false);
        }
    }

    /// Counts the bytes that have moved since the last call, on TCP.
    ///
    /// @return whether bytes have moved; true where the system does not report that
    boolean count(ExternallyServedConversation into) throws IOException {
        if (!socket.descriptor().isOpen()) {
            return false;
        }
        return counted ? countTcp(into) : with.activity.take(number);
    }

    private boolean countTcp(ExternallyServedConversation into) {
        int told = SocketCalls.tcpInfo(with.memory, number, with.info);
        if (told != 0 || !with.info.isKnown()) {
            return true;
        }
        // A lost connection may report less than before.
        long in = Math.max(0, with.info.received() - received);
        long out = Math.max(0, with.info.sent() - sent);
        received += in;
        sent += out;
        into.moved(in, out);
        return in + out > 0;
    }

    /// The cause of the connection's end, after the program has ended.
    Cause ending() {
        with.one.set(0, number, EpollEvents.RDHUP);
        int happened = ReadinessWaitCalls.poll(with.memory, with.one, 1, 0) == 1 ? with.one.takeHappened(0) : 0;
        if ((happened & PollDescriptors.ERR) != 0) {
            return new Cause.PeerReset("the client has gone");
        }
        return new Cause.Done((happened & EpollEvents.RDHUP) != 0);
    }

    /// Ends the program's input.
    void endInput() {
        socket.cutInput();
    }

    /// Ends both sides, whatever other copies exist.
    void shutdown() {
        socket.shutdown();
    }

    /// Ends our side, so that the client sees the end after all bytes written, and keeps the connection open until the
    /// client has received it. Where the input was cut, the end itself waits for that: data that arrives after it would
    /// make the system reset the connection.
    ///
    /// @param inputCut whether [#endInput] was called
    /// @param whenOver as in [LingeringSocket]; called at once where there is nothing to wait for
    LingeringSocket linger(EventLoop loop, LingeringClose decides, boolean inputCut,
            Consumer<@Nullable IOException> whenOver) {
        LingeringSocket lingering = new LingeringSocket(loop, socket, decides, inputCut, whenOver);
        try {
            unblock();
            socket.blocking(false);
            if (!inputCut) {
                endOutput();
            }
            lingering.begin();
        } catch (IOException e) {
            lingering.cancel();
            whenOver.accept(e);
        }
        return lingering;
    }

    /// Closes the connection: the client sees the end after all bytes written. Unread input is drained, because it
    /// would make the system reset the connection and discard the last bytes written.
    void close() {
        if (watched) {
            watched = false;
            hangupMonitor.forget(number);
            with.activity.forget(number);
        }
        try {
            endOutput();
            unblock();
            socket.close(true);
        } catch (IOException e) {
            // The client has closed first, which is the intended result.
            closeAtOnce();
        }
    }

    private void closeAtOnce() {
        try {
            socket.close();
        } catch (IOException e) {
            // The descriptor is released whatever close reports.
            socket.shutdown();
        }
    }
}
