package dev.polyserve.linux.worker;

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

/// Messages as bytes: a letter that says which, and its parts in order. Both sides are the same program, so there is but one
/// version.
final class MessageWriter {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final DataOutputStream out = new DataOutputStream(bytes);

    private MessageWriter() {}

    static byte[] bytes(Message message) {
        MessageWriter writer = new MessageWriter();
        try {
            switch (message) {
                case Order order -> writer.order(order);
                case Report report -> writer.report(report);
            }
        } catch (IOException e) {
            throw new IllegalStateException("an array takes every byte", e);
        }
        return writer.bytes.toByteArray();
    }

    private void order(Order order) throws IOException {
        switch (order) {
            case Order.Serve serve -> serve(serve);
            case Order.Accept accept -> letter('a').writeBoolean(accept.allowed());
            case Order.AcceptOne one -> letter('o').writeLong(one.number());
            case Order.TurnAway turn -> letter('f').writeBoolean(turn.full());
            case Order.Take take -> connection('t', take.id()).writeInt(take.slot());
            case Order.Ask ask -> {
                connection('q', ask.id()).writeBoolean(ask.truncated());
                address(ask.peer());
                address(ask.local());
                buffer(ask.payload());
            }
            case Order.CutInput cut -> connection('c', cut.id());
            case Order.Abort abort -> connection('x', abort.id());
            case Order.Drain drain -> letter('d').writeLong(drain.millis());
            case Order.Limits now -> limits(now);
            case Order.Dump _ -> letter('u');
        }
    }

    private void serve(Order.Serve serve) throws IOException {
        letter('s').writeBoolean(serve.shared());
        out.writeInt(serve.connections());
        out.writeInt(serve.slots().size());
        for (Order.Slot slot : serve.slots()) {
            text(slot.asked());
            text(slot.real());
        }
    }

    private void limits(Order.Limits now) throws IOException {
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
        Options.Timeouts times = now.timeouts();
        for (Duration time : List.of(times.firstByte(), times.idle(), times.writeStall(), times.conversation(),
                times.drain(),
                times.drainQuiet(), times.close(), times.stall(), times.spin())) {
            out.writeLong(time.getSeconds());
            out.writeInt(time.getNano());
        }
        text(now.onFull().name());
    }

    private void report(Report report) throws IOException {
        switch (report) {
            case Report.Ready _ -> letter('R');
            case Report.Taken taken -> connection('T', taken.id());
            case Report.Came came -> came(came);
            case Report.Opened opened -> connection('O', opened.id());
            case Report.Threw threw -> {
                connection('E', threw.id());
                failure(threw.failure());
            }
            case Report.Rejected rejected -> {
                connection('J', rejected.id());
                limit(rejected.limit());
            }
            case Report.Over over -> {
                connection('X', over.id()).writeLong(over.bytesIn());
                out.writeLong(over.bytesOut());
                cause(over.cause());
            }
            case Report.Answered answered -> answered(answered);
            case Report.Heeded _ -> letter('H');
            case Report.Handled handled -> {
                letter('N').writeLong(handled.number());
                text(handled.how().name());
            }
            case Report.Beat beat -> {
                letter('B').writeLong(beat.active());
                out.writeLong(beat.bufferedBytes());
                out.writeLong(beat.datagramsIn());
                out.writeLong(beat.datagramsOut());
            }
            case Report.Reached reached -> {
                letter('L');
                limit(Optional.of(reached.limit()));
            }
            case Report.AcceptFailed _, Report.ListenerDown _, Report.DatagramFailed _, Report.Stalled _, Report.Dumped _ ->
                trouble(report);
        }
    }

    private void trouble(Report report) throws IOException {
        switch (report) {
            case Report.AcceptFailed failed -> {
                letter('F').writeInt(failed.slot());
                out.writeLong(failed.retryAfterNanos());
                failure(failed.failure());
            }
            case Report.ListenerDown down -> {
                letter('D').writeInt(down.slot());
                failure(down.failure());
            }
            case Report.DatagramFailed failed -> {
                letter('G').writeInt(failed.slot());
                address(failed.peer());
                failure(failed.failure());
            }
            case Report.Stalled stalled -> {
                letter('S').writeLong(stalled.nanos());
                out.writeLong(stalled.connection());
                text(stalled.loop());
                failure(stalled.stack());
            }
            case Report.Dumped dumped -> {
                letter('U');
                text(dumped.text());
            }
            case Report.Ready _, Report.Taken _, Report.Came _, Report.Opened _, Report.Threw _, Report.Rejected _, Report.Over _, Report.Answered _, Report.Heeded _, Report.Handled _, Report.Beat _, Report.Reached _ ->
                throw new IllegalArgumentException("no trouble: " + report);
        }
    }

    private void came(Report.Came came) throws IOException {
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

    private void answered(Report.Answered answered) throws IOException {
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
                failure(Failure.of(failed.error()));
            }
            case Cause.Stopped _ -> letter('s');
        }
    }

    private void failure(Failure failure) throws IOException {
        text(failure.text());
        text(failure.message());
        out.writeInt(failure.stack().size());
        for (Failure.Frame frame : failure.stack()) {
            text(frame.type());
            text(frame.method());
            text(frame.file());
            out.writeInt(frame.line());
        }
    }
}
