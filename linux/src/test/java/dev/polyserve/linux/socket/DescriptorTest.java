package dev.polyserve.linux.socket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.polyserve.linux.system.SystemCallMemory;
import dev.polyserve.linux.system.DescriptorCalls;
import dev.polyserve.linux.system.SystemCallException;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/// Checks that a descriptor has one owner and is closed once.
@EnabledOnOs(OS.LINUX)
@Timeout(30)
class DescriptorTest {
    private final SystemCallMemory memory = SystemCallMemory.small();
    private final int number = DescriptorCalls.eventfd(memory);
    private final Descriptor descriptor = new Descriptor(number);

    private boolean lives() {
        return DescriptorCalls.eventfdAdd(memory, number) > 0;
    }

    @Test
    void isClosedOnce() throws Exception {
        assertThat(descriptor.isOpen()).isTrue();
        descriptor.close();
        assertThat(descriptor.isOpen()).isFalse();
        assertThat(lives()).isFalse();
        int next = DescriptorCalls.eventfd(memory);
        assertThat(next).as("the system gives the number again").isEqualTo(number);
        descriptor.close();
        assertThat(lives()).as("what has the number now").isTrue();
        assertThat(DescriptorCalls.close(memory, next)).isZero();
    }

    @Test
    void isNotClosedWhileACallUsesIt() throws Exception {
        descriptor.begin();
        assertThat(descriptor.tryBegin()).isTrue();
        descriptor.close();
        assertThat(descriptor.isOpen()).isFalse();
        descriptor.end();
        assertThat(lives()).isTrue();
        assertThat(descriptor.tryBegin()).as("no call begins any more").isFalse();
        assertThatThrownBy(descriptor::begin).isInstanceOf(ClosedChannelException.class);
        assertThat(lives()).isTrue();
        descriptor.end();
        assertThat(lives()).isFalse();
    }

    @Test
    void saysWhatTheSystemSaidToItsClose() throws IOException {
        assertThat(DescriptorCalls.close(memory, number)).isZero();
        assertThatThrownBy(descriptor::close).isInstanceOf(SystemCallException.class)
                .hasMessage("Bad file descriptor (EBADF) in close");
    }

    @Test
    void noCallMeetsTheNextOwner() throws Exception {
        assertThat(DescriptorCalls.close(memory, number)).isZero();
        for (int round = 0; round < 200; round++) {
            Descriptor raced = new Descriptor(DescriptorCalls.eventfd(memory));
            CyclicBarrier start = new CyclicBarrier(3);
            AtomicInteger failed = new AtomicInteger();
            List<Thread> users = new ArrayList<>();
            for (int i = 0; i < 2; i++) {
                users.add(Thread.ofPlatform().start(() -> use(raced, start, failed)));
            }
            start.await();
            raced.close();
            for (Thread user : users) {
                user.join();
            }
            assertThat(failed).hasValue(0);
            assertThat(DescriptorCalls.eventfdAdd(memory, raced.number())).as("closed in the end").isNegative();
        }
    }

    private static void use(Descriptor raced, CyclicBarrier start, AtomicInteger failed) {
        SystemCallMemory own = SystemCallMemory.small();
        try {
            start.await();
        } catch (Exception e) {
            failed.incrementAndGet();
            return;
        }
        while (raced.tryBegin()) {
            if (DescriptorCalls.eventfdAdd(own, raced.number()) < 0) {
                failed.incrementAndGet();
            }
            raced.end();
        }
    }
}
