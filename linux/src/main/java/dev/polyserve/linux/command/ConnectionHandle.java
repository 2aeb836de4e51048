package dev.polyserve.linux.command;

import dev.polyserve.Cause;
import dev.polyserve.conversation.DelegatedConversation;
import dev.polyserve.conversation.LingeringClose;
import dev.polyserve.linux.process.Child;
import dev.polyserve.linux.process.Program;
import dev.polyserve.linux.socket.DescriptorSocket;
import dev.polyserve.linux.system.CallMemory;
import dev.polyserve.linux.system.EpollEvents;
import dev.polyserve.linux.system.FileCalls;
import dev.polyserve.linux.system.PollDescriptors;
import dev.polyserve.linux.system.SocketCalls;
import dev.polyserve.linux.system.SystemCallException;
import dev.polyserve.linux.system.TcpInfo;
import dev.polyserve.linux.system.WaitCalls;
import dev.polyserve.loop.EventLoop;
import dev.polyserve.loop.LingeringSocket;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Our copy of a connection whose bytes are a command's to read and write.
///
/// **Thread**: the loop's; once that has ended, who ends the rest.
final class ConnectionHandle {
    /// What all lines of a loop use, one at a time.
    ///
    /// @param memory for calls
    /// @param info for counters
    /// @param one for looking at one descriptor
    /// @param activity of those without counters
    record Instruments(CallMemory memory, TcpInfo info, PollDescriptors one, Activity activity) {
        static Instruments make() throws IOException {
            return new Instruments(CallMemory.small(), new TcpInfo(), new PollDescriptors(1), Activity.open());
        }
    }

    private final DescriptorSocket socket;
    private final int number;
    private final HangupMonitor hangupMonitor;
    private final Instruments with;
    private final boolean counted;
    private boolean watched;
    private long received;
    private long sent;

    ConnectionHandle(DescriptorSocket socket, HangupMonitor hangupMonitor, Instruments with) {
        this.socket = socket;
        this.number = socket.descriptor().number();
        this.hangupMonitor = hangupMonitor;
        this.with = with;
        this.counted = socket.peer() instanceof InetSocketAddress;
    }

    /// Wants to know when the client has gone, and whether bytes move.
    void watch(HangupMonitor.Told told) throws IOException {
        hangupMonitor.watch(number, told);
        watched = true;
        if (!counted) {
            with.activity.watch(number);
        }
    }

    /// Starts a program with the connection as 0 and 1. From now on calls on it wait, ours too: the program expects that.
    Child start(Program program, int stderr) throws IOException {
        SystemCallException.require("fcntl", FileCalls.blocking(with.memory, number));
        return program.start(number, number, stderr);
    }

    /// Counts what has moved since the last time, on TCP.
    ///
    /// @return whether anything has; true where the system does not tell
    boolean count(DelegatedConversation into) throws IOException {
        if (!socket.descriptor().isOpen()) {
            return false;
        }
        return counted ? countTcp(into) : with.activity.take(number);
    }

    private boolean countTcp(DelegatedConversation into) {
        int told = SocketCalls.tcpInfo(with.memory, number, with.info);
        if (told != 0 || !with.info.isKnown()) {
            return true;
        }
        // A connection that was lost may count less than before.
        long in = Math.max(0, with.info.received() - received);
        long out = Math.max(0, with.info.sent() - sent);
        received += in;
        sent += out;
        into.moved(in, out);
        return in + out > 0;
    }

    /// Who has ended it, now that the program is no more.
    Cause ending() {
        with.one.set(0, number, EpollEvents.RDHUP);
        int happened = WaitCalls.poll(with.memory, with.one, 1, 0) == 1 ? with.one.takeHappened(0) : 0;
        if ((happened & PollDescriptors.ERR) != 0) {
            return new Cause.PeerReset("the client has gone");
        }
        return new Cause.Done((happened & EpollEvents.RDHUP) != 0);
    }

    /// The program sees the end of its input.
    void endInput() {
        socket.cutInput();
    }

    /// Both sides end, whoever has a copy.
    void shutdown() {
        socket.shutdown();
    }

    /// Ends our side, so that the client sees the end behind all that was written, and keeps the connection open until the client has it.
    /// Where its input was cut, the end itself waits for that: whatever arrives behind it would make the system reset the connection.
    ///
    /// @param inputCut whether [#endInput] was called
    /// @param whenOver as that of [LingeringSocket], called at once where there is nothing to wait for
    LingeringSocket linger(EventLoop loop, LingeringClose decides, boolean inputCut,
            Consumer<@Nullable IOException> whenOver) {
        LingeringSocket lingering = new LingeringSocket(loop, socket, decides, inputCut, whenOver);
        try {
            SystemCallException.require("fcntl", FileCalls.nonBlocking(with.memory, number));
            socket.blocking(false);
            if (!inputCut) {
                socket.endOutput();
            }
            lingering.begin();
        } catch (IOException e) {
            lingering.cancel();
            whenOver.accept(e);
        }
        return lingering;
    }

    /// Ends it: the client sees the end, and all that was written before. What it has sent and was not read is taken
    /// away, for otherwise the system would reset the connection, and with it the last of what was written.
    void close() {
        if (watched) {
            watched = false;
            hangupMonitor.forget(number);
            with.activity.forget(number);
        }
        try {
            socket.endOutput();
            SystemCallException.require("fcntl", FileCalls.nonBlocking(with.memory, number));
            socket.drainAndClose();
        } catch (IOException e) {
            // The client was faster: it is gone, which is what we wanted.
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
