package dev.polyserve.linux.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/// Checks the ring's constants against the system's own header.
@EnabledOnOs(OS.LINUX)
class RingLayoutTest {
    private static final List<String> HEADERS = List.of("stddef.h", "sys/mman.h", "linux/io_uring.h");

    @TempDir
    private Path directory;

    private void compare(Map<String, Long> ours) throws Exception {
        Map<String, Long> theirs = CompiledC.values(directory, HEADERS, new ArrayList<>(ours.keySet()));
        assertThat(theirs).isEqualTo(ours);
    }

    private static void offset(Map<String, Long> ours, String structure, String field, long offset) {
        ours.put("offsetof(struct " + structure + ", " + field + ")", offset);
    }

    @Test
    void ordersAndCompletionsAreLaidOutAsInC() throws Exception {
        Map<String, Long> ours = new LinkedHashMap<>();
        ours.put("sizeof(struct io_uring_sqe)", (long) RingLayout.SQE_BYTES);
        offset(ours, "io_uring_sqe", "opcode", RingLayout.SQE_HEAD);
        offset(ours, "io_uring_sqe", "flags", 1);
        offset(ours, "io_uring_sqe", "ioprio", 2);
        offset(ours, "io_uring_sqe", "fd", 4);
        offset(ours, "io_uring_sqe", "off", RingLayout.SQE_OFFSET);
        offset(ours, "io_uring_sqe", "addr", RingLayout.SQE_ADDRESS);
        offset(ours, "io_uring_sqe", "len", RingLayout.SQE_LENGTH);
        offset(ours, "io_uring_sqe", "msg_flags", RingLayout.SQE_LENGTH + 4);
        offset(ours, "io_uring_sqe", "user_data", RingLayout.SQE_USER_DATA);
        offset(ours, "io_uring_sqe", "buf_group", RingLayout.SQE_BUFFER_GROUP);
        offset(ours, "io_uring_sqe", "addr3", RingLayout.SQE_REST);
        ours.put("sizeof(struct io_uring_cqe)", (long) RingLayout.CQE_BYTES);
        offset(ours, "io_uring_cqe", "user_data", RingLayout.CQE_USER_DATA);
        offset(ours, "io_uring_cqe", "res", RingLayout.CQE_RESULT);
        offset(ours, "io_uring_cqe", "flags", RingLayout.CQE_FLAGS);
        ours.put("sizeof(struct io_uring_buf)", (long) RingLayout.BUFFER_BYTES);
        offset(ours, "io_uring_buf", "addr", RingLayout.BUFFER_ADDRESS);
        offset(ours, "io_uring_buf", "len", RingLayout.BUFFER_LENGTH);
        offset(ours, "io_uring_buf", "bid", RingLayout.BUFFER_ID);
        offset(ours, "io_uring_buf_ring", "tail", RingLayout.BUFFERS_TAIL);
        compare(ours);
    }

    @Test
    void parametersAndArgumentsAreLaidOutAsInC() throws Exception {
        Map<String, Long> ours = new LinkedHashMap<>();
        ours.put("sizeof(struct io_uring_params)", (long) RingParameters.BYTES);
        offset(ours, "io_uring_params", "sq_entries", RingParameters.SQ_ENTRIES);
        offset(ours, "io_uring_params", "cq_entries", RingParameters.CQ_ENTRIES);
        offset(ours, "io_uring_params", "flags", RingParameters.FLAGS);
        offset(ours, "io_uring_params", "features", RingParameters.FEATURES);
        offset(ours, "io_uring_params", "sq_off", RingParameters.SQ_OFF);
        offset(ours, "io_uring_params", "cq_off", RingParameters.CQ_OFF);
        offset(ours, "io_sqring_offsets", "head", RingParameters.SQ_HEAD);
        offset(ours, "io_sqring_offsets", "tail", RingParameters.SQ_TAIL);
        offset(ours, "io_sqring_offsets", "flags", RingParameters.SQ_FLAGS);
        offset(ours, "io_sqring_offsets", "array", RingParameters.SQ_ARRAY);
        offset(ours, "io_cqring_offsets", "head", RingParameters.CQ_HEAD);
        offset(ours, "io_cqring_offsets", "tail", RingParameters.CQ_TAIL);
        offset(ours, "io_cqring_offsets", "cqes", RingParameters.CQ_CQES);
        ours.put("sizeof(struct io_uring_getevents_arg)", (long) RingCalls.ARGUMENT_BYTES);
        ours.put("sizeof(struct io_uring_probe)", (long) RingCalls.PROBE_BYTES);
        ours.put("sizeof(struct io_uring_probe_op)", (long) RingCalls.PROBE_OPERATION_BYTES);
        offset(ours, "io_uring_probe_op", "flags", RingCalls.PROBE_OPERATION_FLAGS);
        ours.put("sizeof(struct io_uring_buf_reg)", (long) RingCalls.BUFFERS_BYTES);
        offset(ours, "io_uring_buf_reg", "ring_entries", RingCalls.BUFFERS_ENTRIES);
        offset(ours, "io_uring_buf_reg", "bgid", RingCalls.BUFFERS_GROUP);
        ours.put("sizeof(struct io_uring_recvmsg_out)", (long) MultishotRecvmsg.OUT_BYTES);
        offset(ours, "io_uring_recvmsg_out", "namelen", MultishotRecvmsg.OUT_NAME);
        offset(ours, "io_uring_recvmsg_out", "controllen", MultishotRecvmsg.OUT_CONTROL);
        offset(ours, "io_uring_recvmsg_out", "payloadlen", MultishotRecvmsg.OUT_PAYLOAD);
        ours.put("sizeof(struct io_uring_sync_cancel_reg)", (long) RingCalls.CANCEL_BYTES);
        offset(ours, "io_uring_sync_cancel_reg", "flags", RingCalls.CANCEL_FLAGS);
        offset(ours, "io_uring_sync_cancel_reg", "timeout", RingCalls.CANCEL_TIMEOUT);
        compare(ours);
    }

    @Test
    void operationsAndFlagsAreThoseOfC() throws Exception {
        Map<String, Long> ours = new LinkedHashMap<>();
        ours.put("IORING_OP_POLL_ADD", (long) RingLayout.OP_POLL_ADD);
        ours.put("IORING_OP_RECVMSG", (long) RingLayout.OP_RECVMSG);
        ours.put("IORING_OP_ACCEPT", (long) RingLayout.OP_ACCEPT);
        ours.put("IORING_OP_ASYNC_CANCEL", (long) RingLayout.OP_ASYNC_CANCEL);
        ours.put("IORING_OP_SEND", (long) RingLayout.OP_SEND);
        ours.put("IORING_OP_RECV", (long) RingLayout.OP_RECV);
        ours.put("IOSQE_BUFFER_SELECT", (long) RingLayout.SQE_BUFFER_SELECT);
        ours.put("IOSQE_CQE_SKIP_SUCCESS", (long) RingLayout.SQE_CQE_SKIP_SUCCESS);
        ours.put("IORING_RECVSEND_POLL_FIRST", (long) RingLayout.RECVSEND_POLL_FIRST);
        ours.put("IORING_RECV_MULTISHOT", (long) RingLayout.RECV_MULTISHOT);
        ours.put("IORING_ACCEPT_MULTISHOT", (long) RingLayout.ACCEPT_MULTISHOT);
        ours.put("IORING_POLL_ADD_MULTI", (long) RingLayout.POLL_ADD_MULTI);
        ours.put("IORING_CQE_F_BUFFER", (long) RingLayout.CQE_F_BUFFER);
        ours.put("IORING_CQE_F_MORE", (long) RingLayout.CQE_F_MORE);
        ours.put("IORING_CQE_BUFFER_SHIFT", (long) RingLayout.CQE_BUFFER_SHIFT);
        ours.put("IORING_SQ_CQ_OVERFLOW", (long) RingLayout.SQ_CQ_OVERFLOW);
        ours.put("IORING_OFF_SQES", RingLayout.OFF_SQES);
        compare(ours);
    }

    @Test
    void setUpFlagsAndFeaturesAreThoseOfC() throws Exception {
        Map<String, Long> ours = new LinkedHashMap<>();
        ours.put("IORING_SETUP_CQSIZE", (long) RingParameters.SETUP_CQSIZE);
        ours.put("IORING_SETUP_CLAMP", (long) RingParameters.SETUP_CLAMP);
        ours.put("IORING_SETUP_R_DISABLED", (long) RingParameters.SETUP_R_DISABLED);
        ours.put("IORING_SETUP_SUBMIT_ALL", (long) RingParameters.SETUP_SUBMIT_ALL);
        ours.put("IORING_SETUP_COOP_TASKRUN", (long) RingParameters.SETUP_COOP_TASKRUN);
        ours.put("IORING_SETUP_SINGLE_ISSUER", (long) RingParameters.SETUP_SINGLE_ISSUER);
        ours.put("IORING_SETUP_DEFER_TASKRUN", (long) RingParameters.SETUP_DEFER_TASKRUN);
        ours.put("IORING_FEAT_SINGLE_MMAP", (long) RingParameters.FEAT_SINGLE_MMAP);
        ours.put("IORING_FEAT_NODROP", (long) RingParameters.FEAT_NODROP);
        ours.put("IORING_FEAT_EXT_ARG", (long) RingParameters.FEAT_EXT_ARG);
        ours.put("IORING_ENTER_GETEVENTS", (long) RingCalls.ENTER_GETEVENTS);
        ours.put("IORING_ENTER_EXT_ARG", (long) RingCalls.ENTER_EXT_ARG);
        ours.put("IORING_ENTER_REGISTERED_RING", (long) RingCalls.ENTER_REGISTERED_RING);
        ours.put("IORING_REGISTER_PROBE", (long) RingCalls.REGISTER_PROBE);
        ours.put("IORING_REGISTER_ENABLE_RINGS", (long) RingCalls.REGISTER_ENABLE_RINGS);
        ours.put("IORING_REGISTER_RING_FDS", (long) RingCalls.REGISTER_RING_FDS);
        ours.put("IORING_REGISTER_PBUF_RING", (long) RingCalls.REGISTER_PBUF_RING);
        ours.put("IORING_UNREGISTER_PBUF_RING", (long) RingCalls.UNREGISTER_PBUF_RING);
        ours.put("IORING_REGISTER_SYNC_CANCEL", (long) RingCalls.REGISTER_SYNC_CANCEL);
        ours.put("IO_URING_OP_SUPPORTED", (long) RingCalls.PROBE_SUPPORTED);
        ours.put("IORING_ASYNC_CANCEL_ALL | IORING_ASYNC_CANCEL_ANY", (long) RingCalls.CANCEL_ALL_ANY);
        ours.put("PROT_READ | PROT_WRITE", (long) MemoryMappingCalls.PROT_READ_WRITE);
        ours.put("MAP_SHARED", (long) MemoryMappingCalls.MAP_SHARED);
        ours.put("MAP_PRIVATE", (long) MemoryMappingCalls.MAP_PRIVATE);
        ours.put("MAP_ANONYMOUS", (long) MemoryMappingCalls.MAP_ANONYMOUS);
        ours.put("MAP_POPULATE", (long) MemoryMappingCalls.MAP_POPULATE);
        compare(ours);
    }
}
