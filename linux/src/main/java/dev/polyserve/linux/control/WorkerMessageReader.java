package dev.polyserve.linux.control;

import dev.polyserve.Endpoint;
import dev.polyserve.Networks;
import dev.polyserve.proxy.ProxyHeader;
import dev.polyserve.proxy.ProxyHeaderParser;
import dev.polyserve.Cause;
import dev.polyserve.ConnectionInfo;
import dev.polyserve.Limit;
import dev.polyserve.OnFull;
import dev.polyserve.Options;
import dev.polyserve.RequestResult;
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

/// Reads what [WorkerMessageWriter] wrote.
final class WorkerMessageReader {
    private final ByteArrayInputStream bytes;
    private final DataInputStream in;

    private WorkerMessageReader(ByteBuffer packet) {
        this.bytes = new ByteArrayInputStream(packet.array(), packet.arrayOffset() + packet.position(),
                packet.remaining());
        this.in = new DataInputStream(bytes);
    }

    /// Reads all messages of a packet, which is in an array on the heap.
    ///
    /// @throws IOException when the packet is damaged; a packet of the same program never is
    static List<WorkerMessage> all(ByteBuffer packet) throws IOException {
        WorkerMessageReader reader = new WorkerMessageReader(packet);
        List<WorkerMessage> messages = new ArrayList<>();
        try {
            while (reader.bytes.available() > 0) {
                messages.add(reader.message());
            }
            return messages;
        } catch (RuntimeException e) {
            // An invalid limit, an invalid path: every defect is a damaged message to the caller.
            throw new IOException("a message of a worker process is damaged: " + e, e);
        }
    }

    private WorkerMessage message() throws IOException {
        char letter = (char) in.readUnsignedByte();
        return Character.isLowerCase(letter) ? command(letter) : event(letter);
    }

    private WorkerCommand command(char letter) throws IOException {
        return switch (letter) {
            case 's' -> serve();
            case 'a' -> new WorkerCommand.SetAccepting(in.readBoolean());
            case 'o' -> new WorkerCommand.AcceptOne(in.readLong());
            case 'f' -> new WorkerCommand.RejectExcess(in.readBoolean());
            case 't' -> new WorkerCommand.TakeConnection(in.readLong(), in.readInt(), header());
            case 'q' -> ask();
            case 'c' -> new WorkerCommand.CutInput(in.readLong());
            case 'x' -> new WorkerCommand.Abort(in.readLong());
            case 'd' -> new WorkerCommand.Drain(in.readLong());
            case 'l' -> limits();
            case 'e' -> new WorkerCommand.TakeSelfSigned(ByteBuffer.wrap(array()));
            case 'i' -> new WorkerCommand.CheckTls(in.readLong(), SerializedCertificates.readFrom(in).tls());
            case 'k' -> new WorkerCommand.ReplaceTls(SerializedCertificates.readFrom(in).tls());
            case 'b' -> new WorkerCommand.ReportFigures();
            case 'u' -> new WorkerCommand.DumpThreads();
            default -> throw damaged(letter);
        };
    }

    private WorkerCommand.Serve serve() throws IOException {
        boolean shared = in.readBoolean();
        int connections = in.readInt();
        Optional<ByteBuffer> selfSigned = Optional.of(ByteBuffer.wrap(array())).filter(ByteBuffer::hasRemaining);
        List<WorkerCommand.Slot> slots = new ArrayList<>();
        for (int left = in.readInt(); left > 0; left--) {
            slots.add(new WorkerCommand.Slot(in.readInt(), text(), text()));
        }
        return new WorkerCommand.Serve(shared, slots, connections, selfSigned);
    }

    private WorkerCommand.ChangeLimits limits() throws IOException {
        Options.Limits limits = Options.defaults().limits().withConnections(in.readInt())
                .withConnectionsPerAddress(in.readInt()).withQueue(in.readInt()).withFrameBytes(in.readInt())
                .withHighWaterBytes(in.readInt()).withBufferBytes(in.readInt(), in.readLong())
                .withSenderQueueBytes(in.readInt()).withDatagramBytes(in.readInt())
                .withDatagramQueueBytes(in.readInt())
                .withTlsHandshakes(in.readInt()).withAcceptsPerSecond(in.readInt())
                .withMinInputBytesPerSecond(in.readInt());
        Options.Timeouts timeouts = Options.defaults().timeouts().withFirstByte(time()).withIdle(time())
                .withWriteStall(time()).withConversation(time()).withDrain(time()).withDrainQuiet(time())
                .withClose(time()).withStall(time()).withSpin(time()).withHandOff(time())
                .withTlsHandshake(time()).withConnect(time());
        return new WorkerCommand.ChangeLimits(limits, timeouts, proxy(), access(), OnFull.valueOf(text()));
    }

    private Options.Access access() throws IOException {
        return Options.defaults().access().withAllowed(networks()).withDenied(networks());
    }

    private Options.ProxyProtocol proxy() throws IOException {
        Options.ProxyProtocol proxy = Options.defaults().proxyProtocol().withSenders(networks());
        for (int left = in.readInt(); left > 0; left--) {
            proxy = proxy.withSenders(Endpoint.parse(text()), networks());
        }
        return proxy.withVersions(Options.ProxyProtocol.Versions.valueOf(text())).withTimeout(time());
    }

    private Networks networks() throws IOException {
        String text = text();
        return text.isEmpty() ? Networks.none() : Networks.parse(text);
    }

    private Optional<ProxyHeader> header() throws IOException {
        if (!in.readBoolean()) {
            return Optional.empty();
        }
        var parsed = new ProxyHeaderParser(Options.ProxyProtocol.Versions.V2).parse(ByteBuffer.wrap(array()));
        return switch (parsed) {
            case ProxyHeaderParser.Result.Whole(ProxyHeader header) -> Optional.of(header);
            case ProxyHeaderParser.Result.More(),ProxyHeaderParser.Result.Refused(_) ->
                throw new IOException("a PROXY header is damaged: " + parsed);
        };
    }

    private Duration time() throws IOException {
        return Duration.ofSeconds(in.readLong(), in.readInt());
    }

    private WorkerCommand.AnswerDatagram ask() throws IOException {
        long id = in.readLong();
        boolean truncated = in.readBoolean();
        return new WorkerCommand.AnswerDatagram(id, address(), address(), header(), truncated,
                ByteBuffer.wrap(array()));
    }

    private WorkerEventMessage event(char letter) throws IOException {
        return switch (letter) {
            case 'R' -> new WorkerEventMessage.Ready();
            case 'T' -> new WorkerEventMessage.ConnectionTaken(in.readLong());
            case 'C' ->
                new WorkerEventMessage.ConnectionAccepted(in.readLong(), in.readInt(), address(), address(),
                        credentials());
            case 'O' -> new WorkerEventMessage.HandlerStarted(in.readLong(), WorkerTlsInfo.readFrom(in));
            case 'E' -> new WorkerEventMessage.HandlerFailed(in.readLong(), failure());
            case 'J' -> new WorkerEventMessage.ConnectionRejected(in.readLong(), limit());
            case 'X' -> over();
            case 'A' -> answered();
            case 'H' -> new WorkerEventMessage.CommandAcknowledged();
            case 'N' -> new WorkerEventMessage.RequestHandled(in.readLong(), RequestResult.valueOf(text()));
            case 'Q' -> new WorkerEventMessage.EndRequested(text());
            case 'B' -> new WorkerEventMessage.Heartbeat(SerializedWorkerStats.readFrom(in).figures());
            case 'I' ->
                new WorkerEventMessage.TlsChecked(in.readLong(),
                        Optional.of(text()).filter(problem -> !problem.isEmpty()));
            case 'L' -> new WorkerEventMessage.LimitReached(limit().orElseThrow());
            case 'F' -> acceptFailed();
            case 'D' -> new WorkerEventMessage.ListenerDown(in.readInt(), failure());
            case 'G' -> new WorkerEventMessage.DatagramFailed(in.readInt(), address(), failure());
            case 'S' -> stalled();
            case 'U' -> new WorkerEventMessage.ThreadDump(text());
            default -> throw damaged(letter);
        };
    }

    private WorkerEventMessage.ConnectionClosed over() throws IOException {
        long id = in.readLong();
        long received = in.readLong();
        long sent = in.readLong();
        return new WorkerEventMessage.ConnectionClosed(id, cause(), received, sent, WorkerTlsInfo.readFrom(in));
    }

    private WorkerEventMessage.DatagramAnswered answered() throws IOException {
        long id = in.readLong();
        Optional<ByteBuffer> reply = in.readBoolean() ? Optional.of(ByteBuffer.wrap(array())) : Optional.empty();
        Optional<SerializedException> failure = in.readBoolean() ? Optional.of(failure()) : Optional.empty();
        return new WorkerEventMessage.DatagramAnswered(id, reply, failure);
    }

    private WorkerEventMessage.AcceptFailed acceptFailed() throws IOException {
        int slot = in.readInt();
        long retryAfterNanos = in.readLong();
        return new WorkerEventMessage.AcceptFailed(slot, failure(), retryAfterNanos, text());
    }

    private WorkerEventMessage.LoopStalled stalled() throws IOException {
        long nanos = in.readLong();
        long connection = in.readLong();
        return new WorkerEventMessage.LoopStalled(text(), nanos, connection, failure());
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

    private SerializedException failure() throws IOException {
        String text = text();
        String message = text();
        List<SerializedException.Frame> stack = new ArrayList<>();
        for (int left = in.readInt(); left > 0; left--) {
            stack.add(new SerializedException.Frame(text(), text(), text(), in.readInt()));
        }
        return new SerializedException(text, message, stack, in.readBoolean());
    }

    private static IOException damaged(char letter) {
        return new IOException("a message of a worker process is damaged: there is none that begins with '" + letter
                + "'");
    }
}
