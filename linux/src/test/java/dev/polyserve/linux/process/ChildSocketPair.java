package dev.polyserve.linux.process;

import dev.polyserve.linux.system.SystemCallMemory;
import dev.polyserve.linux.system.DescriptorCalls;
import dev.polyserve.linux.system.PollDescriptors;
import dev.polyserve.linux.system.SocketCalls;
import dev.polyserve.linux.system.SystemCallException;
import dev.polyserve.linux.system.ReadinessWaitCalls;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/// Two connected sockets: one for a child, the other to read its output.
final class ChildSocketPair implements AutoCloseable {
    private static final long LIMIT_NANOS = 30_000_000_000L;

    private final SystemCallMemory memory = SystemCallMemory.forTransfers();
    private final int here;
    final int theirs;
    private boolean theirsOpen = true;

    ChildSocketPair() throws IOException {
        long pair = SocketCalls.socketPair(memory, SocketCalls.STREAM);
        if (pair < 0) {
            throw new SystemCallException("socketpair", pair);
        }
        here = (int) pair;
        theirs = (int) (pair >>> Integer.SIZE);
        SystemCallException.require("fcntl", DescriptorCalls.blocking(memory, theirs));
    }

    /// All output of the processes that hold the other socket, up to the end of the last of them.
    String readAll() throws IOException {
        giveUpTheirs();
        ByteArrayOutputStream heard = new ByteArrayOutputStream();
        while (true) {
            ByteBuffer bytes = ByteBuffer.allocate(SystemCallMemory.TRANSFER_BYTES);
            awaitReadable();
            int count = SystemCallException.require("recv", SocketCalls.receive(memory, here, bytes.remaining()));
            if (count == 0) {
                return heard.toString(StandardCharsets.UTF_8);
            }
            memory.copyTo(bytes, count);
            heard.write(bytes.array(), 0, count);
        }
    }

    /// One line of the output.
    String readLine() throws IOException {
        StringBuilder line = new StringBuilder();
        while (true) {
            awaitReadable();
            ByteBuffer one = ByteBuffer.allocate(1);
            int count = SystemCallException.require("recv", SocketCalls.receive(memory, here, 1));
            if (count == 0) {
                throw new IOException("the end came after '" + line + "'");
            }
            memory.copyTo(one, 1);
            if (one.get(0) == '\n') {
                return line.toString();
            }
            line.append((char) one.get(0));
        }
    }

    private void awaitReadable() throws IOException {
        PollDescriptors one = new PollDescriptors(1);
        one.set(0, here, PollDescriptors.IN);
        if (SystemCallException.require("poll", ReadinessWaitCalls.poll(memory, one, 1, LIMIT_NANOS)) == 0) {
            throw new IOException("nothing was written, and the other side was not given up either");
        }
    }

    private void giveUpTheirs() throws IOException {
        if (theirsOpen) {
            theirsOpen = false;
            SystemCallException.require("close", DescriptorCalls.close(memory, theirs));
        }
    }

    /// Sends a line.
    void writeLine(String line) throws IOException {
        byte[] bytes = (line + '\n').getBytes(StandardCharsets.UTF_8);
        memory.copyFrom(ByteBuffer.wrap(bytes), bytes.length);
        SystemCallException.require("send", SocketCalls.send(memory, here, bytes.length));
    }

    @Override
    public void close() throws IOException {
        giveUpTheirs();
        SystemCallException.require("close", DescriptorCalls.close(memory, here));
    }
}
