package dev.polyserve.linux.control;

import dev.polyserve.Endpoint;
import dev.polyserve.Networks;
import dev.polyserve.proxy.ProxyHeader;
import dev.polyserve.proxy.ProxyHeaderWriter;
import java.util.Map;
import dev.polyserve.Cause;
import dev.polyserve.ConnectionInfo;
import dev.polyserve.Limit;
import dev.polyserve.Options;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// Writes messages as bytes: a letter for the type, then the parts in order. Both sides are the same program, so there
/// is only one version.
final class WorkerMessageWriter {
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final DataOutputStream out = new DataOutputStream(bytes);

    private WorkerMessageWriter() {}

    static byte[] bytes(WorkerMessage message) {
        WorkerMessageWriter writer = new WorkerMessageWriter();
        try {
            switch (message) {
                case WorkerCommand command -> writer.command(command);
                case WorkerEventMessage event -> writer.event(event);
            }
        } catch (IOException e) {
            throw new IllegalStateException("an array takes every byte", e);
        }
        return writer.bytes.toByteArray();
    }

    private void command(WorkerCommand command) throws IOException {
        switch (command) {
            case WorkerCommand.Serve serve -> serve(serve);
            case WorkerCommand.SetAccepting accept -> letter('a').writeBoolean(accept.allowed());
            case WorkerCommand.AcceptOne one -> letter('o').writeLong(one.number());
            case WorkerCommand.RejectExcess turn -> letter('f').writeBoolean(turn.full());
            case WorkerCommand.TakeConnection take -> take(take);
            case WorkerCommand.AnswerDatagram ask -> {
                connection('q', ask.id()).writeBoolean(ask.truncated());
                address(ask.from());
                address(ask.to());
                header(ask.header());
                buffer(ask.payload());
            }
            case WorkerCommand.CutInput cut -> connection('c', cut.id());
            case WorkerCommand.Abort abort -> connection('x', abort.id());
            case WorkerCommand.Drain drain -> letter('d').writeLong(drain.millis());
            case WorkerCommand.ChangeLimits now -> limits(now);
            case WorkerCommand.TakeSelfSigned made -> {
                letter('e');
                buffer(made.encoded());
            }
            case WorkerCommand.CheckTls asked -> {
                letter('i').writeLong(asked.number());
                new SerializedCertificates(asked.tls()).writeTo(out);
            }
            case WorkerCommand.ReplaceTls now -> new SerializedCertificates(now.tls()).writeTo(letter('k'));
            case WorkerCommand.ReportFigures _ -> letter('b');
            case WorkerCommand.DumpThreads _ -> letter('u');
        }
    }

    private void serve(WorkerCommand.Serve serve) throws IOException {
        letter('s').writeBoolean(serve.shared());
        out.writeInt(serve.connections());
        buffer(serve.selfSigned().orElse(NOTHING));
        out.writeInt(serve.slots().size());
        for (WorkerCommand.Slot slot : serve.slots()) {
            out.writeInt(slot.index());
            text(slot.asked());
            text(slot.real());
        }
    }

    private void take(WorkerCommand.TakeConnection take) throws IOException {
        connection('t', take.id()).writeInt(take.slot());
        header(take.header());
    }

    private void header(Optional<ProxyHeader> header) throws IOException {
        Optional<ProxyHeader.Route> route = header.flatMap(ProxyHeader::route);
        out.writeBoolean(route.isPresent());
        if (route.isPresent()) {
            array(ProxyHeaderWriter.binary(route.get().source(), route.get().destination(),
                    header.orElseThrow().fields()));
        }
    }

    private void proxy(Options.ProxyProtocol now) throws IOException {
        text(now.senders().toString());
        out.writeInt(now.sendersAt().size());
        for (Map.Entry<Endpoint, Networks> at : now.sendersAt().entrySet()) {
            text(at.getKey().toString());
            text(at.getValue().toString());
        }
        text(now.versions().name());
        time(now.timeout());
    }

    private void time(Duration time) throws IOException {
        out.writeLong(time.getSeconds());
        out.writeInt(time.getNano());
    }

    private void limits(WorkerCommand.ChangeLimits now) throws IOException {
        Options.Limits limits = now.limits();
        letter('l').writeInt(limits.connections());
        out.writeInt(limits.connectionsPerAddress());
        out.writeInt(limits.queue());
        out.writeInt(limits.frameBytes());
        out.writeInt(limits.highWaterBytes());
        out.writeInt(limits.bufferBytesPerConnection());
        out.writeLong(limits.bufferBytesTotal());
        out.writeInt(limits.senderQueueBytes());
        out.writeInt(limits.datagramBytes());
        out.writeInt(limits.datagramQueueBytes());
        out.writeInt(limits.tlsHandshakes());
        out.writeInt(limits.acceptsPerSecond());
        out.writeInt(limits.minInputBytesPerSecond());
        Options.Timeouts times = now.timeouts();
        for (Duration time : List.of(times.firstByte(), times.idle(), times.writeStall(), times.conversation(),
                times.drain(),
                times.drainQuiet(), times.close(), times.stall(), times.spin(), times.handOff(),
                times.tlsHandshake(), times.connect())) {
            time(time);
        }
        proxy(now.proxy());
        text(now.access().allowed().toString());
        text(now.access().denied().toString());
        text(now.onFull().name());
    }

    private void event(WorkerEventMessage event) throws IOException {
        switch (event) {
            case WorkerEventMessage.Ready _ -> letter('R');
            case WorkerEventMessage.ConnectionTaken taken -> connection('T', taken.id());
            case WorkerEventMessage.ConnectionAccepted came -> came(came);
            case WorkerEventMessage.HandlerStarted opened ->
                WorkerTlsInfo.write(opened.tls(), connection('O', opened.id()));
            case WorkerEventMessage.HandlerFailed threw -> {
                connection('E', threw.id());
                failure(threw.failure());
            }
            case WorkerEventMessage.ConnectionRejected rejected -> {
                connection('J', rejected.id());
                limit(rejected.limit());
            }
            case WorkerEventMessage.ConnectionClosed over -> {
                connection('X', over.id()).writeLong(over.bytesIn());
                out.writeLong(over.bytesOut());
                cause(over.cause());
                WorkerTlsInfo.write(over.tls(), out);
            }
            case WorkerEventMessage.DatagramAnswered answered -> answered(answered);
            case WorkerEventMessage.CommandAcknowledged _ -> letter('H');
            case WorkerEventMessage.RequestHandled handled -> {
                letter('N').writeLong(handled.number());
                text(handled.how().name());
            }
            case WorkerEventMessage.EndRequested request -> {
                letter('Q');
                text(request.signal());
            }
            case WorkerEventMessage.Heartbeat beat -> new SerializedWorkerStats(beat.figures()).writeTo(letter('B'));
            case WorkerEventMessage.LimitReached reached -> {
                letter('L');
                limit(Optional.of(reached.limit()));
            }
            case WorkerEventMessage.AcceptFailed _, WorkerEventMessage.ListenerDown _, WorkerEventMessage.DatagramFailed _, WorkerEventMessage.LoopStalled _, WorkerEventMessage.ThreadDump _, WorkerEventMessage.TlsChecked _ ->
                trouble(event);
        }
    }

    private void trouble(WorkerEventMessage event) throws IOException {
        switch (event) {
            case WorkerEventMessage.AcceptFailed failed -> {
                letter('F').writeInt(failed.slot());
                out.writeLong(failed.retryAfterNanos());
                failure(failed.failure());
                text(failed.reason());
            }
            case WorkerEventMessage.ListenerDown down -> {
                letter('D').writeInt(down.slot());
                failure(down.failure());
            }
            case WorkerEventMessage.DatagramFailed failed -> {
                letter('G').writeInt(failed.slot());
                address(failed.peer());
                failure(failed.failure());
            }
            case WorkerEventMessage.LoopStalled stalled -> {
                letter('S').writeLong(stalled.nanos());
                out.writeLong(stalled.connection());
                text(stalled.loop());
                failure(stalled.stack());
            }
            case WorkerEventMessage.TlsChecked checked -> {
                letter('I').writeLong(checked.number());
                text(checked.problem().orElse(""));
            }
            case WorkerEventMessage.ThreadDump dumped -> {
                letter('U');
                text(dumped.text());
            }
            case WorkerEventMessage.Ready _, WorkerEventMessage.ConnectionTaken _, WorkerEventMessage.ConnectionAccepted _, WorkerEventMessage.HandlerStarted _, WorkerEventMessage.HandlerFailed _, WorkerEventMessage.ConnectionRejected _, WorkerEventMessage.ConnectionClosed _, WorkerEventMessage.DatagramAnswered _, WorkerEventMessage.CommandAcknowledged _, WorkerEventMessage.RequestHandled _, WorkerEventMessage.EndRequested _, WorkerEventMessage.Heartbeat _, WorkerEventMessage.LimitReached _ ->
                throw new IllegalArgumentException("no trouble: " + event);
        }
    }

    private void came(WorkerEventMessage.ConnectionAccepted came) throws IOException {
        connection('C', came.id()).writeInt(came.slot());
        address(came.peer());
        address(came.local());
        out.writeBoolean(came.credentials().isPresent());
        if (came.credentials().isPresent()) {
            ConnectionInfo.Credentials credentials = came.credentials().get();
            out.writeInt(credentials.pid());
            out.writeLong(credentials.uid());
            out.writeLong(credentials.gid());
        }
    }

    private void answered(WorkerEventMessage.DatagramAnswered answered) throws IOException {
        connection('A', answered.id()).writeBoolean(answered.reply().isPresent());
        if (answered.reply().isPresent()) {
            buffer(answered.reply().get());
        }
        out.writeBoolean(answered.failure().isPresent());
        if (answered.failure().isPresent()) {
            failure(answered.failure().get());
        }
    }

    private DataOutputStream letter(char which) throws IOException {
        out.writeByte(which);
        return out;
    }

    private DataOutputStream connection(char which, long id) throws IOException {
        letter(which).writeLong(id);
        return out;
    }

    private void text(String text) throws IOException {
        array(text.getBytes(StandardCharsets.UTF_8));
    }

    private void array(byte[] array) throws IOException {
        out.writeInt(array.length);
        out.write(array);
    }

    private void buffer(ByteBuffer buffer) throws IOException {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.duplicate().get(bytes);
        array(bytes);
    }

    private void address(SocketAddress address) throws IOException {
        switch (address) {
            case InetSocketAddress inet when inet.getAddress() != null -> {
                letter('i').writeShort(inet.getPort());
                array(inet.getAddress().getAddress());
            }
            case UnixDomainSocketAddress unix -> {
                letter('u');
                text(unix.getPath().toString());
            }
            default -> throw new IllegalArgumentException("no address of a socket: " + address);
        }
    }

    private void limit(Optional<Limit> limit) throws IOException {
        text(limit.map(Enum::name).orElse(""));
    }

    private void cause(Cause cause) throws IOException {
        switch (cause) {
            case Cause.Done done -> letter('d').writeBoolean(done.byPeer());
            case Cause.PeerReset reset -> {
                letter('p');
                text(reset.detail());
            }
            case Cause.TimedOut late -> {
                letter('t');
                limit(Optional.of(late.limit()));
            }
            case Cause.LimitReached reached -> {
                letter('l');
                limit(Optional.of(reached.limit()));
            }
            case Cause.Failed failed -> {
                letter('f');
                failure(SerializedException.of(failed.error()));
            }
            case Cause.Stopped _ -> letter('s');
        }
    }

    private void failure(SerializedException failure) throws IOException {
        text(failure.text());
        text(failure.message());
        out.writeInt(failure.stack().size());
        for (SerializedException.Frame frame : failure.stack()) {
            text(frame.type());
            text(frame.method());
            text(frame.file());
            out.writeInt(frame.line());
        }
        out.writeBoolean(failure.ofTls());
    }
}
