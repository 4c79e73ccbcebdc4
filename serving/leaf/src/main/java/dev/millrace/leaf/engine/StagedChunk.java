package dev.millrace.leaf.engine;

import dev.millrace.store.BatchId;
import dev.millrace.store.TableRef;
import dev.millrace.store.WriteMode;

/**
 * A chunk of an open batch: what it is for, and where its rows stand.
 *
 * @param index of its entry in the log: entries before it do not see it
 * @param offset of the Arrow IPC stream in the file
 */
record StagedChunk(
        long index,
        BatchId batch,
        int task,
        int seq,
        TableRef table,
        WriteMode mode,
        int rows,
        StageFile file,
        long offset,
        int length) {}
