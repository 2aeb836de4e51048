package dev.polyserve.linux.ring;

import dev.polyserve.io.ListenQueueOverflows;
import dev.polyserve.io.Listener;
import dev.polyserve.io.StreamSocket;
import dev.polyserve.linux.socket.AcceptErrnoMapper;
import dev.polyserve.linux.socket.DescriptorListener;
import dev.polyserve.linux.socket.DescriptorSocket;
import dev.polyserve.linux.system.Errno;
import dev.polyserve.loop.Multiplexer;
import java.io.IOException;
import java.util.Arrays;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/// A listener on a ring: one multishot accept, and the connections that it has accepted.
///
/// **Thread**: as [Listener].
final class RingListener extends RingBoundSocket<DescriptorListener> implements Listener, ListenQueueOverflows {
    /// The limit of accepted connections that wait to be taken; accepting stops there.
    private static final int MOST_WAITING = 256;

    private int[] waiting = new int[MOST_WAITING];
    private int head;
    private int count;
    private int errno;

    RingListener(DescriptorListener direct) {
        super(direct);
    }

    private int number() {
        return direct.descriptor().number();
    }

    // --- accepting ---

    @Override
    RingOperationKind multishot() {
        return RingOperationKind.ACCEPT;
    }

    @Override
    void submit() {
        boolean wanted = (interest() & Multiplexer.READ) != 0 && count < MOST_WAITING && errno == 0;
        if (wanted && !isActive() && slot != 0) {
            begins();
            requireOperations().accept(this, number());
        } else if (!wanted || isToMove()) {
            cancel();
        }
    }

    @Override
    void completed(RingOperationKind operation, int result, int flags) {
        if (result >= 0) {
            keep(result);
        } else if (result != -Errno.ECANCELED && result != -Errno.EAGAIN && result != -Errno.EINTR) {
            errno = -result;
        }
        RingOperations itsOperations = requireOperations();
        if (ends(flags) || count >= MOST_WAITING || isToMove()) {
            itsOperations.due(this);
        }
        itsOperations.enlist(this);
    }

    private void keep(int accepted) {
        try {
            add(accepted);
        } catch (OutOfMemoryError e) {
            requireOperations().close(accepted); // as one that the server cannot take
        }
    }

    private void add(int accepted) {
        if (count == waiting.length) {
            // Completions before the cancellation may exceed the limit.
            int[] more = Arrays.copyOfRange(waiting, head, head + 2 * count);
            System.arraycopy(waiting, 0, more, count - head, head);
            waiting = more;
            head = 0;
        }
        waiting[(head + count) % waiting.length] = accepted;
        count++;
    }

    @Override
    public @Nullable StreamSocket accept() throws IOException {
        if (operations == null) {
            DescriptorSocket accepted = direct.accept();
            return accepted == null ? null : new RingSocket(accepted);
        }
        operations.assertOwner();
        StreamSocket first = first();
        if (first != null) {
            if (!isActive()) {
                operations.due(this);
            }
            return first;
        }
        if (errno != 0) {
            int failed = errno;
            errno = 0;
            operations.due(this);
            throw AcceptErrnoMapper.of(-failed);
        }
        return null;
    }

    @Override
    public @Nullable StreamSocket acceptedInAdvance() throws IOException {
        return first();
    }

    private @Nullable StreamSocket first() throws IOException {
        if (count == 0) {
            return null;
        }
        int accepted = waiting[head];
        head = (head + 1) % waiting.length;
        count--;
        return new RingSocket(direct.adopt(accepted));
    }

    @Override
    int ready() {
        return count > 0 || errno != 0 ? Multiplexer.READ & interest() : 0;
    }

    // --- ending ---

    /// Stops accepting before it returns; connections accepted before can still be taken.
    @Override
    void leave() {
        RingOperations itsOperations = requireOperations();
        try {
            if (isActive()) {
                cancelNow();
                itsOperations.submitNow(); // and collects the connections accepted before
            }
        } catch (IOException e) {
            // Closing the ring ends the accept that this call could not.
            errno = Errno.ECANCELED;
        } finally {
            itsOperations.leave(this);
        }
    }

    /// Closes the accepted connections that will not be taken.
    private void closeWaiting() {
        for (; count > 0; count--) {
            try {
                direct.adopt(waiting[head]).close();
            } catch (IOException e) {
                // close() releases the descriptor whatever it reports.
                errno = Errno.ECANCELED;
            }
            head = (head + 1) % waiting.length;
        }
    }

    @Override
    void abandon() {
        closeWaiting();
        operations = null;
    }

    @Override
    public OptionalLong overflows() {
        return direct.overflows();
    }

    @Override
    public boolean isOpen() {
        return direct.isOpen();
    }
}
