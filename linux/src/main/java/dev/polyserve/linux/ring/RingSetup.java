package dev.polyserve.linux.ring;

import dev.polyserve.linux.system.SystemCallMemory;
import dev.polyserve.linux.system.Errno;
import dev.polyserve.linux.system.RingCalls;
import dev.polyserve.linux.system.RingParameters;
import dev.polyserve.linux.system.SystemCallException;

/// Sets up a ring with as many features as the kernel supports, from the newest down.
///
/// ```
///   of one thread: all ──EINVAL──▶ without NO_SQARRAY (Linux 6.6) ──EINVAL──▶ COOP_TASKRUN for DEFER_TASKRUN (6.1) ──▶ none
///   movable:       all ──EINVAL──▶ without NO_SQARRAY
///        └──ENOMEM──▶ half the size, and again
/// ```
///
/// A ring of one thread completes its operations in that thread's own calls only. A movable ring is entered by one thread
/// after the other, but the kernel completes an operation in the thread that has submitted it. A thread that has lost its
/// loop and computes without a system call does so at its next timer tick (COOP_TASKRUN): to interrupt it at once would cost
/// each request of a loop that is never handed off a seventh of its processor time.
/// @param descriptor the ring's descriptor
/// @param parameters the parameters that the kernel has filled in
record RingSetup(int descriptor, RingParameters parameters) {
    private static final int COMMON = RingParameters.SETUP_CQSIZE | RingParameters.SETUP_CLAMP
            | RingParameters.SETUP_R_DISABLED | RingParameters.SETUP_SUBMIT_ALL;
    private static final int ISSUER = COMMON | RingParameters.SETUP_SINGLE_ISSUER;
    private static final int[] LADDER = {
        ISSUER | RingParameters.SETUP_DEFER_TASKRUN | RingParameters.SETUP_NO_SQARRAY,
        ISSUER | RingParameters.SETUP_DEFER_TASKRUN,
        ISSUER | RingParameters.SETUP_COOP_TASKRUN,
        COMMON | RingParameters.SETUP_COOP_TASKRUN};
    private static final int MOVABLE = COMMON | RingParameters.SETUP_COOP_TASKRUN;
    private static final int[] MOVABLE_LADDER = {MOVABLE | RingParameters.SETUP_NO_SQARRAY, MOVABLE};
    /// The number of entries of the submission queue, where memory allows.
    static final int SUBMISSION_QUEUE_ENTRIES = 1024;

    private static final int SMALLER_TIMES = 4;
    private static final int COMPLETIONS_PER_SUBMISSION = 8;

    /// Opens the best ring available.
    ///
    /// @param most the number of operations that must fit
    /// @param movable whether the threads that enter it change
    /// @throws SystemCallException with the last refusal
    static RingSetup open(SystemCallMemory memory, int most, boolean movable) throws SystemCallException {
        int result = -Errno.EINVAL;
        for (int submissions = most; submissions > most >> SMALLER_TIMES; submissions /= 2) {
            for (int flags : movable ? MOVABLE_LADDER : LADDER) {
                var parameters = new RingParameters(flags, COMPLETIONS_PER_SUBMISSION * submissions);
                result = RingCalls.setup(memory, submissions, parameters);
                if (result >= 0) {
                    return new RingSetup(result, parameters);
                }
                if (result != -Errno.EINVAL) {
                    break;
                }
            }
            if (result != -Errno.ENOMEM) {
                break;
            }
        }
        throw new SystemCallException("io_uring_setup", result);
    }
}
