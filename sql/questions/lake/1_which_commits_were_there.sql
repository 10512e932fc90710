-- Which commits were there lately, the last first, and what did each write?
SELECT snapshot_id, snapshot_time, changes FROM ducklake_snapshots('store') ORDER BY snapshot_id DESC LIMIT 50;
