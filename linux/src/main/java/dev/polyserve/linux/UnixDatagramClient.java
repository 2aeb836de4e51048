package dev.polyserve.linux;

import dev.polyserve.linux.socket.Descriptor;
import dev.polyserve.linux.system.SystemCallMemory;
import dev.polyserve.linux.system.Errno;
import dev.polyserve.linux.system.PollDescriptors;
import dev.polyserve.linux.system.SocketAddresses;
import dev.polyserve.linux.system.SocketCalls;
import dev.polyserve.linux.system.SystemCallException;
import dev.polyserve.linux.system.SystemCalls;
import dev.polyserve.linux.system.ReadinessWaitCalls;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.file.Path;
import java.util.Optional;

/// Sends Unix datagrams to one server and receives its replies. The JDK has no channel for Unix datagrams.
///
/// **Thread**: one thread may send while another receives; any thread may close the client, which ends their waits.
public final class UnixDatagramClient implements AutoCloseable {
    private final Descriptor descriptor;
    private final SystemCallMemory sending = SystemCallMemory.forTransfers();
    private final SystemCallMemory receiving = SystemCallMemory.forTransfers();

    private UnixDatagramClient(Descriptor descriptor) {
        this.descriptor = descriptor;
    }

    /// Returns why this machine does not support Unix datagrams, in one sentence; empty when it does.
    public static Optional<String> whyNot() {
        return SystemCalls.whyNot();
    }

    /// Connects to the server.
    ///
    /// @param own the path that receives the replies; this call creates the file, and the caller removes it
    /// @throws IOException when no socket listens at `server`, or the file cannot be created
    public static UnixDatagramClient connect(Path server, Path own) throws IOException {
        SystemCallMemory memory = SystemCallMemory.small();
        var client = new UnixDatagramClient(new Descriptor(SystemCallException.require("socket",
                SocketCalls.socket(memory, SocketAddresses.AF_UNIX, SocketCalls.DATAGRAM))));
        try {
            int number = client.descriptor.number();
            SystemCallException.require("bind",
                    SocketCalls.bind(memory, number, SocketAddresses.AF_UNIX, UnixDomainSocketAddress.of(own)));
            SystemCallException.require("connect",
                    SocketCalls.connect(memory, number, SocketAddresses.AF_UNIX, UnixDomainSocketAddress.of(server)));
            return client;
        } catch (IOException | RuntimeException | Error e) {
            client.close();
            throw e;
        }
    }

    /// Sends one datagram; blocks while the server has no room for it.
    public void send(ByteBuffer datagram) throws IOException {
        int bytes = datagram.remaining();
        if (bytes > sending.transferBytes()) {
            throw new IOException("a datagram of " + bytes + " bytes is longer than any may be");
        }
        sending.copyFrom(datagram, bytes);
        int sent;
        while ((sent = call(() -> SocketCalls.send(sending, descriptor.number(), bytes))) < 0) {
            requireNotNow("send", sent);
            descriptor.await(PollDescriptors.OUT, ReadinessWaitCalls.FOREVER);
        }
        datagram.position(datagram.limit());
    }

    /// Receives one datagram; blocks until one arrives.
    ///
    /// @return the number of bytes of the datagram
    /// @throws AsynchronousCloseException when the client is closed meanwhile
    public int receive(ByteBuffer into) throws IOException {
        int most = Math.min(into.remaining(), receiving.transferBytes());
        int received;
        while ((received = call(() -> SocketCalls.receive(receiving, descriptor.number(), most))) < 0) {
            requireNotNow("recv", received);
            descriptor.await(PollDescriptors.IN, ReadinessWaitCalls.FOREVER);
        }
        if (!descriptor.isOpen()) {
            throw new AsynchronousCloseException();
        }
        receiving.copyTo(into, received);
        return received;
    }

    private static void requireNotNow(String call, int result) throws SystemCallException {
        if (result != -Errno.EAGAIN && result != -Errno.EINTR) {
            throw new SystemCallException(call, result);
        }
    }

    private int call(Call call) throws IOException {
        descriptor.begin();
        try {
            return call.run();
        } finally {
            descriptor.end();
        }
    }

    /// Closes the client; blocked calls fail.
    @Override
    public void close() throws IOException {
        if (descriptor.tryBegin()) {
            // Marked as closed first, so that a receive that the shutdown wakes up sees the cause.
            descriptor.close();
            int _ = SocketCalls.shutdown(SystemCallMemory.small(), descriptor.number(), SocketCalls.SHUT_RDWR);
            descriptor.end();
        }
    }

    @FunctionalInterface
    private interface Call {
        int run();
    }
}
