package dev.polyserve.linux.control;

import dev.polyserve.Cause;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.polyserve.linux.socket.SeqpacketSocket;
import dev.polyserve.linux.system.SystemCallMemory;
import dev.polyserve.linux.system.DescriptorMessage;
import dev.polyserve.linux.system.Errno;
import dev.polyserve.linux.system.DescriptorCalls;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/// A control channel keeps messages that the other side does not read, in order, passes descriptors, and sees the other
/// side's end.
@EnabledOnOs(OS.LINUX)
@Timeout(60)
class WorkerControlChannelTest {
    private static final int MANY = 20_000;

    private final SystemCallMemory memory = SystemCallMemory.forTransfers();
    private Optional<WorkerControlChannel> here = Optional.empty();
    private Optional<WorkerControlChannel> there = Optional.empty();

    @BeforeEach
    void open() throws IOException {
        SeqpacketSocket.Pair pair = SeqpacketSocket.pair();
        here = Optional.of(new WorkerControlChannel(pair.ours()));
        there = Optional.of(new WorkerControlChannel(SeqpacketSocket.of(pair.theirs())));
    }

    @AfterEach
    void close() throws IOException {
        here().close();
        there().close();
    }

    private WorkerControlChannel here() {
        return here.orElseThrow();
    }

    private WorkerControlChannel there() {
        return there.orElseThrow();
    }

    @Test
    void whatIsNotTakenAtOnceComesLaterInOrder() throws Exception {
        assertThat(there().receive()).isNull();
        for (int i = 0; i < MANY; i++) {
            here().send(new WorkerEventMessage.ConnectionClosed(i, new Cause.Stopped(), i, 2L * i));
        }
        assertThat(here().flush()).as("all of it at once").isFalse();
        assertThat(here().isFlushed()).isFalse();
        List<WorkerMessage> received = new ArrayList<>();
        boolean flushed = false;
        while (!flushed || received.size() < MANY) {
            WorkerControlChannel.Received packet = there().receive();
            if (packet == null) {
                flushed = here().flush();
            } else {
                received.addAll(packet.messages());
            }
        }
        assertThat(received.stream().map(over -> ((WorkerEventMessage.ConnectionClosed) over).id()))
                .isEqualTo(LongStream.range(0, MANY).boxed().toList());
        assertThat(here().isFlushed()).isTrue();
        assertThat(there().receive()).isNull();
    }

    /// The other side reads nothing: the number of waiting bytes is bounded, and there is room again once it reads.
    @Test
    void whatWaitsIsBounded() throws Exception {
        int message = WorkerMessageWriter.bytes(new WorkerCommand.SetAccepting(true)).length
                + WorkerControlChannel.OVERHEAD_BYTES;
        int kept = 0;
        while (kept <= WorkerControlChannel.MOST_WAITING_BYTES / message
                && here().send(new WorkerCommand.SetAccepting(true))) {
            kept++;
        }
        assertThat(kept).isEqualTo(WorkerControlChannel.MOST_WAITING_BYTES / message);
        assertThat(here().send(new WorkerEventMessage.ThreadDump("x".repeat(1 << 10)))).as("a longer one").isFalse();
        assertThat(here().flush()).as("all of it at once").isFalse();
        assertThat(here().send(new WorkerCommand.SetAccepting(true))).as("one more, after the socket has taken some")
                .isTrue();
        int received = 0;
        while (received <= kept) {
            received += there().await(Duration.ofSeconds(30).toNanos()).orElseThrow().messages().size();
            here().flush();
        }
        assertThat(received).isEqualTo(kept + 1);
        assertThat(here().isFlushed()).isTrue();
    }

    @Test
    void descriptorsComeWithTheirMessageAndAreClosedOnExec() throws Exception {
        int file = DescriptorCalls.open(memory, "/dev/null");
        here().send(new WorkerCommand.DumpThreads());
        here().send(new WorkerCommand.TakeConnection(1, 0, Optional.empty()), file);
        here().send(new WorkerCommand.TakeConnection(2, 0, Optional.empty()), file);
        assertThat(here().flush()).isTrue();
        assertThat(DescriptorCalls.close(memory, file)).isZero();
        requireReceived(new WorkerCommand.DumpThreads());
        for (int id = 1; id <= 2; id++) {
            List<Integer> descriptors = requireReceived(new WorkerCommand.TakeConnection(id, 0, Optional.empty()));
            assertThat(descriptors).hasSize(1);
            int copy = descriptors.getFirst();
            assertThat(Files.readSymbolicLink(Path.of("/proc/self/fd/" + copy))).hasToString("/dev/null");
            assertThat(Files.readString(Path.of("/proc/self/fdinfo/" + copy))).containsPattern("flags:\\s+02");
            assertThat(DescriptorCalls.close(memory, copy)).isZero();
        }
    }

    private List<Integer> requireReceived(WorkerMessage message) throws IOException {
        WorkerControlChannel.Received received = there().await(Duration.ofSeconds(30).toNanos()).orElseThrow();
        assertThat(received.messages()).containsExactly(message);
        return received.descriptors();
    }

    /// Three descriptors with a message that is cut off, with one that takes none, and without any bytes.
    @Test
    void descriptorsOfADamagedPacketAreClosed() throws Exception {
        int file = DescriptorCalls.open(memory, "/dev/null");
        int socket = here().source().descriptor().number();
        var message = new DescriptorMessage();
        long before = openNulls();
        byte[] take = WorkerMessageWriter.bytes(new WorkerCommand.TakeConnection(1, 0, Optional.empty()));
        for (ByteBuffer bytes : List.of(ByteBuffer.wrap(take, 0, take.length - 1),
                ByteBuffer.wrap(WorkerMessageWriter.bytes(new WorkerCommand.DumpThreads())), ByteBuffer.wrap(take))) {
            assertThat(message.send(memory, socket, bytes, file, file, file)).isPositive();
            assertThatThrownBy(() -> there().receive()).isInstanceOf(IOException.class);
            assertThat(openNulls()).as("open files").isEqualTo(before);
        }
        assertThat(message.send(memory, socket, ByteBuffer.allocate(0), file, file, file)).isZero();
        assertThat(there().await(0)).map(WorkerControlChannel.Received::messages).contains(List.of());
        assertThat(openNulls()).as("open files").isEqualTo(before);
        assertThat(DescriptorCalls.close(memory, file)).isZero();
    }

    @Test
    void aMessageThatComesWithoutItsDescriptorIsDamaged() throws Exception {
        here().send(new WorkerCommand.TakeConnection(1, 0, Optional.empty()));
        assertThat(here().flush()).isTrue();
        assertThatThrownBy(() -> there().receive()).isInstanceOf(IOException.class)
                .hasMessageContaining("takes 1 descriptors, and came with 0");
    }

    private static long openNulls() throws IOException {
        try (Stream<Path> files = Files.list(Path.of("/proc/self/fd"))) {
            return files.filter(WorkerControlChannelTest::isNull).count();
        }
    }

    private static boolean isNull(Path file) {
        try {
            return Files.readSymbolicLink(file).equals(Path.of("/dev/null"));
        } catch (IOException e) {
            return false; // Closed meanwhile.
        }
    }

    @Test
    void theEndOfTheOtherSideIsSeenAfterWhatItSaid() throws Exception {
        here().send(new WorkerEventMessage.Ready());
        assertThat(here().flush()).isTrue();
        here().close();
        requireReceived(new WorkerEventMessage.Ready());
        assertThat(there().await(0)).map(WorkerControlChannel.Received::messages).contains(List.of());
        there().send(new WorkerCommand.DumpThreads());
        assertThatThrownBy(() -> there().flush()).isInstanceOf(IOException.class);
    }

    @Test
    void waitingEndsInTime() throws Exception {
        assertThat(there().await(1_000_000)).isEmpty();
    }

    @Test
    void whatIsTooMuchIsRefusedAndHoldsUpNothing() throws Exception {
        int file = DescriptorCalls.open(memory, "/dev/null");
        int[] many = IntStream.range(0, 300).map(_ -> file).toArray();
        assertThatThrownBy(() -> here().send(new WorkerCommand.DumpThreads(), many))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("300 descriptors");
        assertThatThrownBy(() -> here().send(new WorkerEventMessage.ThreadDump("x".repeat(1 << 18))))
                .isInstanceOf(IllegalArgumentException.class);
        here().send(new WorkerCommand.SetAccepting(true));
        assertThat(here().flush()).isTrue();
        requireReceived(new WorkerCommand.SetAccepting(true));
        assertThat(DescriptorCalls.close(memory, file)).isZero();
    }

    @Test
    void theSystemTakesSoManyDescriptorsAndNoMore() throws Exception {
        int file = DescriptorCalls.open(memory, "/dev/null");
        ByteBuffer one = ByteBuffer.allocate(1);
        var message = new DescriptorMessage();
        int socket = here().source().descriptor().number();
        for (int count : List.of(DescriptorMessage.MOST_DESCRIPTORS + 1, 300)) {
            int[] many = IntStream.range(0, count).map(_ -> file).toArray();
            assertThat(message.send(memory, socket, one.rewind(), many)).isEqualTo(-Errno.EINVAL);
        }
        int[] most = IntStream.range(0, DescriptorMessage.MOST_DESCRIPTORS).map(_ -> file).toArray();
        assertThat(message.send(memory, socket, one.rewind(), most)).isEqualTo(1);
        var received = new DescriptorMessage();
        assertThat(received.receive(memory, there().source().descriptor().number())).isEqualTo(1);
        assertThat(received.wasCut()).isFalse();
        int[] copies = received.receivedDescriptors();
        assertThat(copies).hasSize(DescriptorMessage.MOST_DESCRIPTORS);
        for (int copy : copies) {
            assertThat(DescriptorCalls.close(memory, copy)).isZero();
        }
        assertThat(DescriptorCalls.close(memory, file)).isZero();
    }

    @Test
    void aWarmUpLeavesNoDescriptorOpen() throws Exception {
        WorkerControlChannel.warmUp();
        long before = sockets();
        WorkerControlChannel.warmUp();
        assertThat(sockets()).isEqualTo(before);
    }

    private static long sockets() throws IOException {
        try (Stream<Path> files = Files.list(Path.of("/proc/self/fd"))) {
            return files.filter(WorkerControlChannelTest::isSocket).count();
        }
    }

    private static boolean isSocket(Path file) {
        try {
            return Files.readSymbolicLink(file).toString().startsWith("socket:");
        } catch (IOException e) {
            // It was closed meanwhile.
            return false;
        }
    }
}
