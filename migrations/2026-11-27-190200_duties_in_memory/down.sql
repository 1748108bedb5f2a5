DELETE FROM reference_stamps WHERE topic = 'duties';
