K0412lint-
r i BC-QM--Bridge 1stLd-Writethru   02-28 0120
^BC-QM--Bridge, 1st Ld-Writethru,120<
^Bridge stays closed until May<
^Lantern Photo QM101<
^Eds: Updates with ferry times.<
^The town found a second crack in pier 2.<
^By BO LIND=
^Lantern Harbour Writer=
	   QUILLMERE (Lantern) _ The bridge ``stays closed'' until May,
the town said. 
	   Ferries run every hour.
 
	   ;MON;TUE;WED<
	   North;4;5;6<

	   LW-QM-02-28-23 1605EST<


