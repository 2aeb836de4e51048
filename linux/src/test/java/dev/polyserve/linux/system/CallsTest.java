package dev.polyserve.linux.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.ref.Cleaner;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/// Checks the system calls on two connected sockets.
@EnabledOnOs(OS.LINUX)
@Timeout(30)
class CallsTest {
    private static final long SHORT_NANOS = 2_000_000;
    /// The number of calls after which the method is compiled: only compiled code drops objects that are no longer
    /// needed.
    private static final int WARM = 50_000;
    private static final int COLLECTIONS = 20;
    private static final int PAGE_BYTES = 4096;

    private final SystemCallMemory memory = SystemCallMemory.forTransfers();
    private int here;
    private int there;

    @BeforeEach
    void connect() {
        assertThat(SystemCalls.whyNot()).isEmpty();
        long pair = SocketCalls.socketPair(memory, SocketCalls.STREAM);
        here = (int) pair;
        there = (int) (pair >>> Integer.SIZE);
        assertThat(pair).isPositive();
    }

    @AfterEach
    void close() {
        assertThat(DescriptorCalls.close(memory, here)).isZero();
        assertThat(DescriptorCalls.close(memory, there)).isZero();
    }

    private void sendByte() {
        memory.copyFrom(ByteBuffer.wrap(new byte[]{7}), 1);
        assertThat(SocketCalls.send(memory, there, 1)).isEqualTo(1);
    }

    @Test
    void anErrorIsItsNumber() {
        assertThat(DescriptorCalls.close(memory, -1)).isEqualTo(-Errno.EBADF);
        assertThat(SocketCalls.receive(memory, here, 10)).isEqualTo(-Errno.EAGAIN);
        assertThatThrownBy(() -> SystemCallException.require("recv", -104))
                .hasMessage("Connection reset by peer (ECONNRESET) in recv");
        assertThat(Errno.text(133)).isEqualTo("error number 133");
    }

    /// The stub, and the C library where there is none.
    @Test
    void bothWaysToTheKernelReturnTheSame() throws Exception {
        for (SystemCall way : List.<SystemCall>of(SystemCalls::call, LibcSyscallFunction::call)) {
            assertThat(way.call(memory, SystemCallNumber.CLOSE, -1, 0, 0, 0, 0, 0)).isEqualTo(-Errno.EBADF);
            // Each of the six arguments counts: an offset within a page is refused.
            int flags = MemoryMappingCalls.MAP_PRIVATE | MemoryMappingCalls.MAP_ANONYMOUS;
            assertThat(way.call(memory, SystemCallNumber.MMAP, 0, PAGE_BYTES, MemoryMappingCalls.PROT_READ_WRITE, flags,
                    -1, 1))
                    .isEqualTo(-Errno.EINVAL);
            long page = way.call(memory, SystemCallNumber.MMAP, 0, PAGE_BYTES, MemoryMappingCalls.PROT_READ_WRITE,
                    flags, -1, 0);
            assertThat(page).isPositive();
            assertThat(way.call(memory, SystemCallNumber.MUNMAP, page, PAGE_BYTES, 0, 0, 0, 0)).isZero();
        }
    }

    @Test
    @EnabledIfSystemProperty(named = "os.arch", matches = "amd64")
    void aStubIsThereForThisProcessor() {
        assertThat(SystemCallStub.link()).isPresent();
    }

    /// A way to make a system call.
    private interface SystemCall {
        long call(SystemCallMemory memory, SystemCallNumber number, long a, long b, long c, long d, long e, long f);
    }

    @Test
    void bytesComeThroughBuffersOfEitherKind() {
        for (ByteBuffer buffer : new ByteBuffer[]{ByteBuffer.allocate(16), ByteBuffer.allocateDirect(16)}) {
            buffer.put(new byte[]{1, 2, 3, 4, 5}).flip().position(1);
            memory.copyFrom(buffer, 3);
            assertThat(SocketCalls.send(memory, there, 3)).isEqualTo(3);
            assertThat(SocketCalls.receive(memory, here, 100)).isEqualTo(3);
            buffer.clear().position(2);
            memory.copyTo(buffer, 3);
            byte[] came = new byte[3];
            buffer.flip().position(2).get(came);
            assertThat(came).isEqualTo(new byte[]{2, 3, 4});
        }
    }

    @Test
    void aLostPeerIsAnErrorAndNoSignal() {
        assertThat(SocketCalls.shutdown(memory, there, SocketCalls.SHUT_RDWR)).isZero();
        assertThat(SocketCalls.send(memory, here, 1)).isEqualTo(-32);
        assertThat(SocketCalls.receive(memory, here, 10)).isZero();
    }

    @Test
    void optionsAreSetAndAsked() {
        assertThat(SocketCalls.getOption(memory, here, IntSocketOption.SO_REUSEADDR)).isZero();
        assertThat(SocketCalls.setOption(memory, here, IntSocketOption.SO_REUSEADDR, 1)).isZero();
        assertThat(SocketCalls.getOption(memory, here, IntSocketOption.SO_REUSEADDR)).isEqualTo(1);
        assertThat(SocketCalls.getOption(memory, -1, IntSocketOption.SO_REUSEADDR)).isEqualTo(-Errno.EBADF);
    }

    @Test
    void epollTellsWhatItWasGiven() {
        int epoll = ReadinessWaitCalls.epollCreate(memory);
        EpollEvents events = new EpollEvents(4);
        long data = 0x1234_5678_9abc_def0L;
        events.setFirst(EpollEvents.IN, data);
        assertThat(ReadinessWaitCalls.epollControl(memory, epoll, ReadinessWaitCalls.EPOLL_CTL_ADD, here, events))
                .isZero();
        assertThat(ReadinessWaitCalls.epollWait(memory, epoll, events, SHORT_NANOS)).isZero();
        assertThat(ReadinessWaitCalls.epollWaitMillis(memory, epoll, events, SHORT_NANOS)).isZero();
        sendByte();
        for (int i = 0; i < 2; i++) {
            events.setFirst(0, 0);
            assertThat(i == 0
                    ? ReadinessWaitCalls.epollWait(memory, epoll, events, ReadinessWaitCalls.FOREVER)
                    : ReadinessWaitCalls.epollWaitMillis(memory, epoll, events, ReadinessWaitCalls.FOREVER))
                    .isEqualTo(1);
            assertThat(events.bits(0)).isEqualTo(EpollEvents.IN);
            assertThat(events.data(0)).isEqualTo(data);
        }
        assertThat(DescriptorCalls.close(memory, epoll)).isZero();
    }

    @Test
    void pollTellsWhichIsReady() {
        PollDescriptors descriptors = new PollDescriptors(1);
        descriptors.set(0, here, PollDescriptors.IN);
        descriptors.set(1, there, PollDescriptors.OUT);
        descriptors.set(2, ~there, PollDescriptors.OUT);
        assertThat(ReadinessWaitCalls.poll(memory, descriptors, 1, SHORT_NANOS)).isZero();
        assertThat(ReadinessWaitCalls.poll(memory, descriptors, 3, ReadinessWaitCalls.FOREVER)).isEqualTo(1);
        assertThat(descriptors.takeHappened(0)).isZero();
        assertThat(descriptors.takeHappened(1)).isEqualTo(PollDescriptors.OUT);
        assertThat(descriptors.takeHappened(1)).as("told once").isZero();
        assertThat(descriptors.takeHappened(2)).isZero();
    }

    @Test
    void selectLeavesWhatIsReady() {
        DescriptorSet readable = new DescriptorSet();
        DescriptorSet writable = new DescriptorSet();
        readable.set(here, true);
        writable.set(there, true);
        assertThat(ReadinessWaitCalls.select(memory, Math.max(here, there) + 1, readable, writable, SHORT_NANOS))
                .isEqualTo(1);
        assertThat(readable.word(here / 64) >>> here & 1).isZero();
        assertThat(writable.word(there / 64) >>> there & 1).isEqualTo(1);
    }

    @Test
    void anEventfdIsReadableUntilItIsReset() {
        int counter = DescriptorCalls.eventfd(memory);
        assertThat(DescriptorCalls.eventfdReset(memory, counter)).isEqualTo(-Errno.EAGAIN);
        assertThat(DescriptorCalls.eventfdAdd(memory, counter)).isEqualTo(8);
        assertThat(DescriptorCalls.eventfdAdd(memory, counter)).isEqualTo(8);
        assertThat(DescriptorCalls.eventfdReset(memory, counter)).isEqualTo(8);
        assertThat(DescriptorCalls.eventfdReset(memory, counter)).isEqualTo(-Errno.EAGAIN);
        assertThat(DescriptorCalls.close(memory, counter)).isZero();
    }

    @Test
    void aMemoryBelongsToOneCallAtATime() {
        SystemCallMemoryPool pool = new SystemCallMemoryPool();
        SystemCallMemory[] taken = {pool.take(), pool.take(), pool.take()};
        assertThat(Arrays.stream(taken).distinct()).hasSize(3);
        pool.give(taken[1]);
        assertThat(pool.take()).isSameAs(taken[1]);
        pool.give(taken[0]);
        assertThat(pool.take()).as("the first is taken first").isSameAs(taken[0]);
    }

    /// Checks that the collector does not free the memory of a running wait to which nothing else refers.
    @Test
    void whatAWaitFillsStaysUntilItIsOver() throws Exception {
        var freed = new AtomicBoolean();
        var waits = new CountDownLatch(1);
        var waiter = new FutureTask<>(() -> {
            SystemCallMemory mine = SystemCallMemory.small();
            for (int i = 0; i < WARM; i++) {
                assertThat(waitForInput(mine, new PollDescriptors(1), 0)).isZero();
            }
            waits.countDown();
            return waitForInput(mine, watched(freed), ReadinessWaitCalls.FOREVER);
        });
        Thread.ofPlatform().daemon().start(waiter);
        waits.await();
        for (int i = 0; i < COLLECTIONS; i++) {
            System.gc();
            Thread.sleep(1); // lets the idle cleaner thread run
        }
        assertThat(freed).isFalse();
        sendByte();
        assertThat(waiter.get()).isEqualTo(1);
    }

    private static PollDescriptors watched(AtomicBoolean freed) {
        PollDescriptors one = new PollDescriptors(1);
        Cleaner.create().register(one, () -> freed.set(true));
        return one;
    }

    private int waitForInput(SystemCallMemory mine, PollDescriptors descriptors, long atMostNanos) {
        descriptors.set(0, here, PollDescriptors.IN);
        return ReadinessWaitCalls.poll(mine, descriptors, 1, atMostNanos);
    }
}
