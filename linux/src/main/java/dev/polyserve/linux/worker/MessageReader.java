package dev.polyserve.linux.worker;

import dev.polyserve.Cause;
import dev.polyserve.ConnectionInfo;
import dev.polyserve.Limit;
import dev.polyserve.OnFull;
import dev.polyserve.Options;
import dev.polyserve.Served;
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Reads what [MessageWriter] wrote.
final class MessageReader {
    private final ByteArrayInputStream bytes;
    private final DataInputStream in;

    private MessageReader(ByteBuffer packet) {
        this.bytes = new ByteArrayInputStream(packet.array(), packet.arrayOffset() + packet.position(),
                packet.remaining());
        this.in = new DataInputStream(bytes);
    }

    /// All messages of a packet, which is in an array of the program's.
    ///
    /// @throws IOException when it is damaged, as none of the same program is
    static List<Message> all(ByteBuffer packet) throws IOException {
        MessageReader reader = new MessageReader(packet);
        List<Message> messages = new ArrayList<>();
        try {
            while (reader.bytes.available() > 0) {
                messages.add(reader.message());
            }
            return messages;
        } catch (RuntimeException e) {
            // No such limit, no such path: whatever is wrong with it must not be more than a damaged message to its reader.
            throw new IOException("a message of a worker process is damaged: " + e, e);
        }
    }

    private Message message() throws IOException {
        char letter = (char) in.readUnsignedByte();
        return Character.isLowerCase(letter) ? order(letter) : report(letter);
    }

    private Order order(char letter) throws IOException {
        return switch (letter) {
            case 's' -> serve();
            case 'a' -> new Order.Accept(in.readBoolean());
            case 'o' -> new Order.AcceptOne(in.readLong());
            case 'f' -> new Order.TurnAway(in.readBoolean());
            case 't' -> new Order.Take(in.readLong(), in.readInt());
            case 'q' -> ask();
            case 'c' -> new Order.CutInput(in.readLong());
            case 'x' -> new Order.Abort(in.readLong());
            case 'd' -> new Order.Drain(in.readLong());
            case 'l' -> limits();
            case 'u' -> new Order.Dump();
            default -> throw damaged(letter);
        };
    }

    private Order.Serve serve() throws IOException {
        boolean shared = in.readBoolean();
        int connections = in.readInt();
        List<Order.Slot> slots = new ArrayList<>();
        for (int left = in.readInt(); left > 0; left--) {
            slots.add(new Order.Slot(text(), text()));
        }
        return new Order.Serve(shared, slots, connections);
    }

    private Order.Limits limits() throws IOException {
        var limits = new Options.Limits(in.readInt(), in.readInt(), in.readInt(), in.readInt(), in.readInt(),
                in.readInt(),
                in.readLong(), in.readInt(), in.readInt());
        var timeouts = new Options.Timeouts(time(), time(), time(), time(), time(), time(), time(), time(), time());
        return new Order.Limits(limits, timeouts, OnFull.valueOf(text()));
    }

    private Duration time() throws IOException {
        return Duration.ofSeconds(in.readLong(), in.readInt());
    }

    private Order.Ask ask() throws IOException {
        long id = in.readLong();
        boolean truncated = in.readBoolean();
        return new Order.Ask(id, address(), address(), truncated, ByteBuffer.wrap(array()));
    }

    private Report report(char letter) throws IOException {
        return switch (letter) {
            case 'R' -> new Report.Ready();
            case 'T' -> new Report.Taken(in.readLong());
            case 'C' -> new Report.Came(in.readLong(), in.readInt(), address(), address(), credentials());
            case 'O' -> new Report.Opened(in.readLong());
            case 'E' -> new Report.Threw(in.readLong(), failure());
            case 'J' -> new Report.Rejected(in.readLong(), limit());
            case 'X' -> over();
            case 'A' -> answered();
            case 'H' -> new Report.Heeded();
            case 'N' -> new Report.Handled(in.readLong(), Served.valueOf(text()));
            case 'B' -> new Report.Beat(in.readLong(), in.readLong(), in.readLong(), in.readLong());
            case 'L' -> new Report.Reached(limit().orElseThrow());
            case 'F' -> acceptFailed();
            case 'D' -> new Report.ListenerDown(in.readInt(), failure());
            case 'G' -> new Report.DatagramFailed(in.readInt(), address(), failure());
            case 'S' -> stalled();
            case 'U' -> new Report.Dumped(text());
            default -> throw damaged(letter);
        };
    }

    private Report.Over over() throws IOException {
        long id = in.readLong();
        long received = in.readLong();
        long sent = in.readLong();
        return new Report.Over(id, cause(), received, sent);
    }

    private Report.Answered answered() throws IOException {
        long id = in.readLong();
        Optional<ByteBuffer> reply = in.readBoolean() ? Optional.of(ByteBuffer.wrap(array())) : Optional.empty();
        Optional<Failure> failure = in.readBoolean() ? Optional.of(failure()) : Optional.empty();
        return new Report.Answered(id, reply, failure);
    }

    private Report.AcceptFailed acceptFailed() throws IOException {
        int slot = in.readInt();
        long retryAfterNanos = in.readLong();
        return new Report.AcceptFailed(slot, failure(), retryAfterNanos);
    }

    private Report.Stalled stalled() throws IOException {
        long nanos = in.readLong();
        long connection = in.readLong();
        return new Report.Stalled(text(), nanos, connection, failure());
    }

    private Optional<ConnectionInfo.Credentials> credentials() throws IOException {
        return in.readBoolean()
                ? Optional.of(new ConnectionInfo.Credentials(in.readInt(), in.readLong(), in.readLong()))
                : Optional.empty();
    }

    private String text() throws IOException {
        return new String(array(), StandardCharsets.UTF_8);
    }

    private byte[] array() throws IOException {
        int length = in.readInt();
        if (length < 0 || length > bytes.available()) {
            throw new IOException(
                    "a message of a worker process is damaged: it says to have " + length + " bytes more");
        }
        return in.readNBytes(length);
    }

    private SocketAddress address() throws IOException {
        char letter = (char) in.readUnsignedByte();
        return switch (letter) {
            case 'i' -> {
                int port = in.readUnsignedShort();
                yield new InetSocketAddress(InetAddress.getByAddress(array()), port);
            }
            case 'u' -> UnixDomainSocketAddress.of(text());
            default -> throw damaged(letter);
        };
    }

    private Optional<Limit> limit() throws IOException {
        String name = text();
        return name.isEmpty() ? Optional.empty() : Optional.of(Limit.valueOf(name));
    }

    private Cause cause() throws IOException {
        char letter = (char) in.readUnsignedByte();
        return switch (letter) {
            case 'd' -> new Cause.Done(in.readBoolean());
            case 'p' -> new Cause.PeerReset(text());
            case 't' -> new Cause.TimedOut(limit().orElseThrow());
            case 'l' -> new Cause.LimitReached(limit().orElseThrow());
            case 'f' -> new Cause.Failed(failure().asThrowable());
            case 's' -> new Cause.Stopped();
            default -> throw damaged(letter);
        };
    }

    private Failure failure() throws IOException {
        String text = text();
        String message = text();
        List<Failure.Frame> stack = new ArrayList<>();
        for (int left = in.readInt(); left > 0; left--) {
            stack.add(new Failure.Frame(text(), text(), text(), in.readInt()));
        }
        return new Failure(text, message, stack);
    }

    private static IOException damaged(char letter) {
        return new IOException("a message of a worker process is damaged: there is none that begins with '" + letter
                + "'");
    }
}
